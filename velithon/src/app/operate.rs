//! `worker` and `tasks list|show|retry|cancel|purge`: what an operator types, and the texts that come back.

use std::fmt::Write;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use super::failure::Failure;
use super::output;
use super::plan::Plan;
use super::tasks::opened;
use crate::fault::Fault;
use crate::task::store::{AdminAction, Page, TaskFilter, TaskRow, TaskStore};
use crate::task::{Reason, StoreKind, TaskId, TaskState};

/// What is to be done to which tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    act: Act,
    ids: Vec<TaskId>,
    states: Vec<TaskState>,
    queue: Option<String>,
    name: Option<String>,
    unknown: bool,
    limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    List,
    Show,
    Retry,
    Cancel,
    Purge,
}

/// How many rows `list` shows.
const LIMIT: &str = "50";

/// `worker`
pub(crate) fn worker_line() -> clap::Command {
    clap::Command::new("worker").about("Runs tasks, and serves no requests").arg(
        Arg::new("queues")
            .long("queues")
            .value_name("QUEUE,..")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .help("Only the tasks of these queues"),
    )
}

/// `tasks`
pub(crate) fn line() -> clap::Command {
    let act = |name, about| narrowed(clap::Command::new(name).about(about));
    clap::Command::new("tasks")
        .about("Shows and changes the tasks of a durable store")
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommand(act("list", "Lists tasks, the oldest first"))
        .subcommand(
            clap::Command::new("show").about("Shows one task with its attempts").arg(ids().required(true).num_args(1)),
        )
        .subcommand(act("retry", "Puts dead and cancelled tasks back into their queues"))
        .subcommand(act("cancel", "Calls tasks off; running ones are asked to stop"))
        .subcommand(act("purge", "Removes tasks that do not run"))
}

fn ids() -> Arg {
    Arg::new("id").value_name("ID").num_args(0..).value_parser(value_parser!(TaskId)).help("The task's id")
}

fn narrowed(command: clap::Command) -> clap::Command {
    let text = |name: &'static str, value, help| Arg::new(name).long(name).value_name(value).help(help);
    command
        .arg(ids())
        .arg(
            text("state", "STATE", "queued, running, done, cancelled or dead")
                .action(ArgAction::Append)
                .value_parser(value_parser!(TaskState)),
        )
        .arg(text("queue", "QUEUE", "Only of this queue"))
        .arg(text("name", "NAME", "Only of this task"))
        .arg(Arg::new("unknown").long("unknown").action(ArgAction::SetTrue).help("Only of names that no worker knows"))
        .arg(
            text("limit", "N", "At most this many rows")
                .default_value(LIMIT)
                .value_parser(value_parser!(u32).range(1..)),
        )
}

/// What the command line asks for.
pub(crate) fn asked(matches: &ArgMatches) -> Asked {
    let (name, matches) = matches.subcommand().unwrap_or(("list", matches));
    let act = match name {
        "show" => Act::Show,
        "retry" => Act::Retry,
        "cancel" => Act::Cancel,
        "purge" => Act::Purge,
        _ => Act::List,
    };
    let ids = matches.get_many::<TaskId>("id").into_iter().flatten().copied().collect();
    let mut asked = Asked { act, ids, states: Vec::new(), queue: None, name: None, unknown: false, limit: 1 };
    if act != Act::Show {
        asked.states = matches.get_many::<TaskState>("state").into_iter().flatten().copied().collect();
        asked.queue = matches.get_one::<String>("queue").cloned();
        asked.name = matches.get_one::<String>("name").cloned();
        asked.unknown = matches.get_flag("unknown");
        asked.limit = matches.get_one::<u32>("limit").copied().unwrap_or(1);
    }
    asked
}

/// Does it, and prints what became of it.
pub(super) async fn operate(plan: &Plan, asked: Asked) -> Result<(), Failure> {
    let Some(section) = &plan.tasks.section else { return Ok(()) };
    if section.store == StoreKind::Memory {
        return Err(Failure::Start(
            Fault::new("the tasks of this application are in the memory of its process")
                .at("[tasks] store", "is memory")
                .why("another process cannot see them")
                .help("set `store = \"sqlite\"` or `store = \"postgres\"` under `[tasks]`"),
        ));
    }
    if matches!(asked.act, Act::Retry | Act::Cancel | Act::Purge) && asked.is_for_all() {
        return Err(Failure::Start(
            Fault::new("this would be done to every task there is")
                .help("name ids, or narrow it by --state, --queue or --name"),
        ));
    }
    let store = opened(section).await?;
    let done = act(&*store, asked).await;
    store.close().await;
    output::print(&done.map_err(|error| Failure::Start(Fault::new(error.to_string())))?);
    Ok(())
}

impl Asked {
    fn is_for_all(&self) -> bool {
        self.ids.is_empty() && self.states.is_empty() && self.queue.is_none() && self.name.is_none() && !self.unknown
    }

    fn filter(self) -> TaskFilter {
        TaskFilter {
            ids: self.ids,
            states: self.states,
            name: self.name,
            queue: self.queue,
            reason: self.unknown.then_some(Reason::Unknown),
            after: None,
            limit: self.limit,
            runs: self.act == Act::Show,
        }
    }
}

async fn act(store: &dyn TaskStore, asked: Asked) -> crate::task::store::Result<String> {
    let act = asked.act;
    let filter = asked.filter();
    let action = match act {
        Act::List => return store.inspect(&filter).await.map(|page| list(&page)),
        Act::Show => return store.inspect(&filter).await.map(|page| page.items.first().map_or_else(none, show)),
        Act::Retry => AdminAction::Retry(filter),
        Act::Cancel => AdminAction::Cancel(filter),
        Act::Purge => AdminAction::Purge(filter),
    };
    store.admin(&action).await.map(|count| format!("{count} task(s)\n"))
}

fn none() -> String {
    "there is no such task\n".to_owned()
}

fn list(page: &Page<TaskRow>) -> String {
    let mut text = String::new();
    for row in &page.items {
        let reason = row.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        let state = format!("{}{reason}", row.state);
        let attempt = format!("{}/{}", row.attempt, row.max_attempts);
        let _ = writeln!(text, "{}  {state:20}  {:8}  {attempt:7}  {}  {}", row.id, row.priority, row.queue, row.name);
    }
    if page.next.is_some() {
        text.push_str("there are more; --limit shows them\n");
    }
    if text.is_empty() { "no tasks\n".to_owned() } else { text }
}

fn show(row: &TaskRow) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:12} {value}");
    };
    line("id", row.id.to_string());
    line("task", row.name.clone());
    line("queue", format!("{}, {}", row.queue, row.priority));
    line("state", row.reason.map_or_else(|| row.state.to_string(), |reason| format!("{} ({reason})", row.state)));
    line("attempt", format!("{} of {}, {} lost worker(s)", row.attempt, row.max_attempts, row.crashes));
    line("runs at", row.run_at.to_string());
    line("enqueued", row.enqueued_at.to_string());
    let optional = [("started", row.started_at), ("ended", row.finished_at)];
    optional
        .into_iter()
        .filter_map(|(name, time)| Some((name, time?)))
        .for_each(|(name, time)| line(name, time.to_string()));
    line("payload", String::from_utf8_lossy(&row.payload).into_owned());
    row.progress.iter().for_each(|(part, told)| line("progress", format!("{:.0} % {told}", part * 100.0)));
    row.result.iter().for_each(|result| line("result", String::from_utf8_lossy(result).into_owned()));
    row.error.iter().for_each(|error| line("error", error.clone()));
    for run in &row.runs {
        let ended = run.ended_at.map_or_else(String::new, |ended| format!(" to {ended}"));
        let outcome = run.outcome.as_deref().unwrap_or("running");
        let error = run.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
        line("run", format!("{}{ended} {outcome}{error}", run.started_at));
    }
    text
}

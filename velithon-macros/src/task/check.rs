//! The rules of a task, a small function each.

use std::str::FromStr;

use syn::spanned::Spanned;
use syn::{LitInt, LitStr, Type};

use super::keys::Keys;
use super::parse::{Role, Task};
use crate::faults::{Faults, list, message, nearest};
use crate::literal::fault;
use crate::text;

/// The rules of the function.
pub(super) fn signature(task: &Task, faults: &mut Faults) {
    no_receiver(task, faults);
    is_async(task, faults);
    owns_its_arguments(task, faults);
    body_or_remote(task, faults);
}

/// The rules of the keys, alone and beside each other.
pub(super) fn keys(task: &Task, faults: &mut Faults) {
    let keys = &task.keys;
    durations_read(keys, faults);
    faults.keep(keys.backoff.as_ref().map_or(Ok(()), |backoff| bounds(backoff).map(drop)));
    faults.keep(keys.payload.as_ref().map_or(Ok(()), |payload| crate::size::parse(payload).map(drop)));
    counts_read(keys, faults);
    names_are_names(keys, faults);
    unique_names_arguments(task, faults);
    schedule_reads(task, faults);
    words_are_known(keys, faults);
}

fn no_receiver(task: &Task, faults: &mut Faults) {
    if let Some(receiver) = &task.signature.receiver {
        let what =
            format_args!("the task `{}` takes `self`, and nobody has it where the task runs", task.signature.name);
        let help = "write a function beside the `impl` block, and take the value from the application: `Inject<Users>`";
        faults.push(receiver.span(), message(what, "", help));
    }
}

fn is_async(task: &Task, faults: &mut Faults) {
    let name = &task.signature.name;
    if !task.signature.is_async {
        let what = format_args!("the task `{name}` is not async");
        let why = "it would hold a thread that other tasks run on";
        let help =
            format_args!("write `async fn {name}`, and move what computes for long to `tokio::task::spawn_blocking`");
        faults.push(name.span(), message(what, why, help));
    }
}

fn owns_its_arguments(task: &Task, faults: &mut Faults) {
    for argument in &task.signature.arguments {
        let Type::Reference(reference) = &argument.ty else { continue };
        let inner = text::of(&reference.elem);
        let what = format_args!("`{}` is borrowed, and a task owns its arguments", text::of(reference));
        let help = match inner.as_str() {
            "str" => "write `String`".to_owned(),
            _ => format!("write `{inner}` if it is given with the job, or `Inject<{inner}>` if it is provided"),
        };
        faults.push(argument.ty.span(), message(what, "", help));
    }
}

fn body_or_remote(task: &Task, faults: &mut Faults) {
    let name = &task.signature.name;
    match (&task.item, task.keys.remote) {
        (Some(_), Some(remote)) => {
            let what = format_args!("`{name}` is remote, and has a body that nobody would run");
            let help = "end it with `;` after its return type, or take `remote` away";
            faults.push(remote, message(what, "", help));
        }
        (None, None) => {
            let what = format_args!("the task `{name}` has no body");
            let help = "give it one, or write `remote` if a worker elsewhere runs it";
            faults.push(name.span(), message(what, "", help));
        }
        _ => {}
    }
    if let (Some(remote), None) = (task.keys.remote, &task.keys.broker) {
        let what = format_args!("`{name}` is remote, and no broker says how it gets there");
        faults.push(remote, message(what, "", "write `#[task(broker = \"celery\", remote)]`"));
    }
    if task.keys.remote.is_some() {
        let handles = task.signature.arguments.iter().zip(&task.roles);
        for (argument, _) in handles.filter(|(_, role)| !matches!(role, Role::Payload)) {
            let what =
                format_args!("`{}` comes from this application, and `{name}` runs in another", text::of(&argument.ty));
            faults.push(argument.ty.span(), message(what, "", "leave the argument out"));
        }
    }
}

fn durations_read(keys: &Keys, faults: &mut Faults) {
    let within = keys.unique.as_ref().and_then(|unique| unique.within.as_ref());
    for duration in [keys.timeout.as_ref(), keys.result.as_ref(), within].into_iter().flatten() {
        faults.keep(crate::duration::parse(duration).and_then(|length| above_zero(duration, length)));
    }
}

fn above_zero(literal: &LitStr, length: u128) -> syn::Result<()> {
    if length > 0 {
        return Ok(());
    }
    Err(fault(
        literal,
        0..literal.value().len(),
        "this is no time at all",
        "write a duration above zero, such as \"30s\"",
    ))
}

/// `1s..5m`: both bounds, in nanoseconds.
pub(super) fn bounds(literal: &LitStr) -> syn::Result<(u128, u128)> {
    let text = literal.value();
    let help = "write the first and the greatest wait: \"1s..5m\"";
    let Some((first, most)) = text.split_once("..") else {
        return Err(fault(literal, 0..text.len(), format_args!("`{text}` is no range of waits"), help));
    };
    let (low, high) = (crate::duration::part(literal, &text, first)?, crate::duration::part(literal, &text, most)?);
    if low > high {
        return Err(fault(literal, 0..text.len(), format_args!("`{first}` is more than `{most}`"), help));
    }
    Ok((low, high))
}

fn counts_read(keys: &Keys, faults: &mut Faults) {
    faults.keep(keys.retries.as_ref().map_or(Ok(()), |retries| count("retries", retries, 0).map(drop)));
    faults.keep(keys.max_crashes.as_ref().map_or(Ok(()), |crashes| count("max_crashes", crashes, 1).map(drop)));
}

fn count(key: &str, literal: &LitInt, least: u32) -> syn::Result<u32> {
    let most = 1_000_000;
    let value = literal.base10_parse::<u32>().ok().filter(|value| (least..=most).contains(value));
    value.ok_or_else(|| {
        let what = format_args!("`{key}` is from {least} to {most}");
        syn::Error::new(literal.span(), message(what, "", format_args!("write `{key} = 5`")))
    })
}

/// Names stand in logs, metrics and keys of a database.
fn names_are_names(keys: &Keys, faults: &mut Faults) {
    let names = keys.name.iter().chain(&keys.alias).chain(&keys.queue).chain(&keys.broker);
    for name in names {
        let text = name.value();
        let wrong = text.find(|one: char| !(one.is_ascii_alphanumeric() || "._:-".contains(one)));
        if text.is_empty() {
            faults.error(fault(name, 0..0, "the name is empty", "write a name such as \"mail.digest\""));
        } else if let Some(at) = wrong {
            let what = format_args!("`{text}` is no name here");
            let help = "names are letters, digits and `.`, `_`, `:`, `-`";
            faults.error(fault(name, at..at + 1, what, help));
        }
    }
}

fn unique_names_arguments(task: &Task, faults: &mut Faults) {
    let Some(unique) = &task.keys.unique else { return };
    let names: Vec<String> = task.payload().map(|(_, name, _)| name.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for by in unique.by.iter().filter(|by| !names.contains(&by.value().as_str())) {
        let typed = by.value();
        let what = format_args!("`{}` has no payload argument `{typed}`", task.signature.name);
        let help = match (nearest(&typed, names.iter().copied()), names.as_slice()) {
            (Some(name), _) => format!("write `by = \"{name}\"`"),
            (None, []) => "write `unique` alone, for one task of this name at a time".to_owned(),
            (None, names) => format!("name one of {}", list(names)),
        };
        faults.push(by.span(), message(what, "", help));
    }
}

fn schedule_reads(task: &Task, faults: &mut Faults) {
    let keys = &task.keys;
    let Some(pattern) = &keys.cron else {
        for (key, value) in [("tz", &keys.tz), ("missed", &keys.missed), ("overlap", &keys.overlap)] {
            if let Some(value) = value {
                let what = format_args!("`{key}` is about a schedule, and there is none");
                faults.push(value.span(), message(what, "", "write `cron = \"0 3 * * *\"` beside it, or leave it out"));
            }
        }
        return;
    };
    if let Err(error) = croner::Cron::from_str(&pattern.value()) {
        let text = pattern.value();
        let what = format_args!("`{text}` is no schedule: {}", told(&error.to_string()));
        let help = "write minute, hour, day, month and weekday: \"0 3 * * *\" is each day at 03:00";
        faults.error(fault(pattern, 0..text.len(), what, help));
    }
    if let Some((_, name, ty)) = task.payload().next() {
        let what = format_args!("a schedule enqueues `{}`, and has no `{name}` to give", task.signature.name);
        let help = "take what it needs from the application, or enqueue a second task with arguments";
        faults.push(ty.span(), message(what, "", help));
    }
}

/// What the reader of schedules says, without the kind of error it calls it, as a part of our sentence.
fn told(text: &str) -> String {
    let text = text.split_once(": ").map_or(text, |(_, rest)| rest);
    let mut letters = text.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn words_are_known(keys: &Keys, faults: &mut Faults) {
    word("missed", keys.missed.as_ref(), &["skip", "run_once", "run_all"], faults);
    word("overlap", keys.overlap.as_ref(), &["skip", "queue"], faults);
}

fn word(key: &str, value: Option<&LitStr>, known: &[&str], faults: &mut Faults) {
    let Some(value) = value.filter(|value| !known.contains(&value.value().as_str())) else { return };
    let what = format_args!("`{}` is no value of `{key}`", value.value());
    faults.push(value.span(), message(what, "", format_args!("it is one of {}", list(known))));
}

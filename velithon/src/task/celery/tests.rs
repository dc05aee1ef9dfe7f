//! Messages and results as Celery itself wrote them: `recorded.json` is what `examples/celery/python/record.py` printed.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::task::state::{End, Reason, TaskState};
use crate::task::store::{NewTask, Outcome};
use crate::task::time::Timestamp;

fn recorded() -> Value {
    serde_json::from_str(include_str!("recorded.json")).expect("a recording")
}

fn raw(kind: &str) -> String {
    recorded()["messages"][kind]["message"].as_str().expect("a message").to_owned()
}

fn message(kind: &str) -> Result<Message, Refused> {
    Message::from_json(raw(kind).as_bytes())
}

fn names(value: &Value) -> BTreeSet<String> {
    value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

fn task() -> NewTask {
    NewTask {
        payload: bytes::Bytes::from_static(b"[1,2]"),
        queue: "recorded".into(),
        ..crate::task::store::conformance::new_task("python.add")
    }
}

fn settings() -> CelerySettings {
    CelerySettings { queue: "celery".to_owned(), ..CelerySettings::default() }
}

#[test]
fn what_celery_sends_is_read() {
    let read = message("keywords").unwrap();
    assert_eq!((read.headers.task.as_str(), read.body.args.get()), ("python.add", "[1]"));
    assert_eq!(read.body.kwargs["y"], json!("é"));
    assert_eq!(read.headers.argsrepr, "(1,)");
    assert_eq!(message("limits").unwrap().headers.timelimit, (Some(30.0), Some(20.0)));
    assert!(message("ignored").unwrap().headers.ignore_result);
    assert_eq!(message("stamped").unwrap().headers.stamps["user"], json!("ada"));
    assert_eq!(message("group").unwrap().headers.group_index, Some(0));
    assert!(message("headers").unwrap().headers.traceparent.is_some_and(|trace| trace.starts_with("00-aaaa")));
}

#[test]
fn times_of_a_message_are_read() {
    let (later, bounded) = (message("countdown").unwrap(), message("expires").unwrap());
    assert!(later.eta().is_some() && later.expires().is_none());
    assert!(bounded.eta().is_none() && bounded.expires().is_some());
    assert_eq!(bounded.properties.expiration.as_deref(), Some("120000"));
}

#[test]
fn a_message_of_ours_has_every_field_of_celerys_and_no_other() {
    let theirs: Value = serde_json::from_str(&raw("plain")).unwrap();
    let ours: Value = serde_json::from_slice(&Message::of(&task(), &settings(), 0).unwrap().to_json()).unwrap();
    assert_eq!(names(&ours), names(&theirs));
    assert_eq!(names(&ours["headers"]), names(&theirs["headers"]));
    assert_eq!(names(&ours["properties"]), names(&theirs["properties"]));
    for same in ["lang", "task", "argsrepr", "kwargsrepr", "retries", "eta", "expires", "stamps", "group"] {
        assert_eq!(ours["headers"][same], theirs["headers"][same], "{same}");
    }
    assert_eq!(ours["headers"]["root_id"], ours["headers"]["id"]);
}

#[test]
fn the_body_of_ours_is_celerys_letter_for_letter() {
    let [ours, theirs] = [Message::of(&task(), &settings(), 0).unwrap(), message("plain").unwrap()];
    let [ours, theirs] =
        [ours, theirs].map(|message| serde_json::from_slice::<Value>(&message.body.to_json()).unwrap());
    assert_eq!(ours, theirs);
}

#[test]
fn a_message_that_expires_says_so_twice() {
    let expiring = NewTask { expires: Some(Duration::from_secs(120)), ..task() };
    let message = Message::of(&expiring, &settings(), 0).unwrap();
    assert_eq!(message.properties.expiration.as_deref(), Some("120000"));
    assert!(message.expires().is_some_and(|time| time > Timestamp::now()));
}

#[test]
fn messages_wait_in_the_lists_that_celery_chooses() {
    for kind in ["plain", "priority_3", "priority_5", "priority_9"] {
        let list = recorded()["messages"][kind]["list"].as_str().unwrap().to_owned();
        assert_eq!(priority::list("recorded", message(kind).unwrap().properties.priority), list, "{kind}");
    }
}

#[test]
fn pickle_and_compressed_bodies_are_refused_in_words() {
    let pickle = message("pickle").unwrap_err();
    assert!(matches!(&pickle, Refused::ContentType(kind) if kind == "application/x-python-serialize"), "{pickle}");
    assert!(pickle.to_string().contains("task_serializer"), "{pickle}");
    let compressed = message("compressed").unwrap_err();
    assert!(matches!(&compressed, Refused::Compressed(how) if how == "application/x-gzip"), "{compressed}");
    let yaml = raw("plain").replace("application/json", "application/x-yaml");
    assert!(matches!(Message::from_json(yaml.as_bytes()), Err(Refused::ContentType(_))));
}

#[test]
fn a_member_of_a_chord_is_refused_and_one_of_a_group_runs() {
    assert_eq!(message("chord").unwrap_err(), Refused::Chord);
    assert!(message("group").is_ok());
}

#[test]
fn a_group_that_follows_is_left_to_celery() {
    let body = r#"[[], {}, {"chain": [{"task": "celery.group", "subtask_type": "group"}]}]"#;
    assert_eq!(Body::from_json(body.as_bytes()).unwrap_err(), Refused::Canvas("group".to_owned()));
}

#[test]
fn null_headers_are_as_if_left_out() {
    let read = message("by_name").unwrap();
    assert!(raw("by_name").contains("\"ignore_result\": null"), "as `send_task` writes what it does not know");
    assert!(!read.headers.ignore_result);
}

#[test]
fn an_id_that_is_no_uuid_is_refused() {
    let id = message("plain").unwrap().headers.id;
    let named = raw("plain").replace(&id, "nightly");
    assert_eq!(Message::from_json(named.as_bytes()).unwrap_err(), Refused::Id("nightly".to_owned()));
}

#[test]
fn what_is_no_message_is_refused_and_nothing_panics() {
    let whole = raw("chain");
    for end in 0..whole.len() {
        assert!(Message::from_json(&whole.as_bytes()[..end]).is_err(), "{end}");
    }
    for text in ["", "[]", "null", "{}", r#"{"body":"","headers":{},"properties":{}}"#] {
        assert!(Message::from_json(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn named_arguments_find_their_places() {
    let names: &[&str] = &["x", "y"];
    let read = message("keywords").unwrap();
    assert_eq!(read.body.positional(Some(names)).unwrap(), "[1,\"é\"]".as_bytes());
    assert!(read.body.positional(Some(&["x", "z"])).unwrap_err().contains("no argument `y`"));
    assert!(read.body.positional(Some(&["y", "x"])).unwrap_err().contains("given twice"));
}

#[test]
fn the_last_entry_of_a_chain_is_next_and_gets_the_result_first() {
    let first = message("chain").unwrap();
    let next = after_success(&first, &json!(3), "celery", Timestamp::now());
    let [Next { queue, message }] = next.as_slice() else { panic!("{next:?}") };
    assert_eq!(
        (queue.as_str(), message.headers.task.as_str(), message.body.args.get()),
        ("recorded", "python.add", "[3,3]")
    );
    assert_eq!(message.headers.parent_id.as_ref(), Some(&first.headers.id));
    assert_eq!(message.headers.root_id, first.headers.root_id);
    let last = after_success(message, &json!(6), "celery", Timestamp::now());
    let [Next { queue, message }] = last.as_slice() else { panic!("{last:?}") };
    assert_eq!(
        (queue.as_str(), message.body.args.get(), message.properties.priority),
        ("other", "[]", 6),
        "it is immutable"
    );
    assert!(after_success(message, &Value::Null, "celery", Timestamp::now()).is_empty());
}

#[test]
fn callbacks_get_the_result_and_errbacks_the_id() {
    let linked = message("link").unwrap();
    let called = after_success(&linked, &json!(3), "celery", Timestamp::now());
    assert_eq!(called.iter().map(|next| next.message.body.args.get()).collect::<Vec<_>>(), ["[3,3]"]);
    let failed = after_failure(&linked, "celery", Timestamp::now());
    assert_eq!(failed[0].message.headers.task, "python.fail");
    assert_eq!(failed[0].message.body.args.get(), format!("[\"{}\"]", linked.headers.id));
}

fn result(kind: &str) -> TaskMeta {
    TaskMeta::from_json(recorded()["results"][kind]["body"].as_str().expect("a result").as_bytes()).unwrap()
}

#[test]
fn results_of_celery_are_read() {
    assert_eq!((result("success").state(), result("success").result), (TaskState::Done, json!(3)));
    assert_eq!(
        (result("failure").state(), result("failure").error()),
        (TaskState::Dead, Some("ValueError: broken".to_owned()))
    );
    assert_eq!(result("retry").state(), TaskState::Queued);
    assert_eq!((result("revoked").state(), result("expired").state()), (TaskState::Cancelled, TaskState::Cancelled));
    assert!(result("chain_last").parent_id.is_some());
}

#[test]
fn results_of_ours_have_every_field_of_celerys() {
    let read = message("plain").unwrap();
    let outcome = |end, error: Option<&str>| Outcome {
        end,
        error: error.map(str::to_owned),
        result: Some(bytes::Bytes::from_static(b"3")).filter(|_| error.is_none()),
    };
    let cases = [
        ("success", outcome(End::Done, None), TaskState::Done),
        ("failure", outcome(End::Dead(Reason::Never), Some("broken")), TaskState::Dead),
        ("revoked", outcome(End::Cancelled, Some("")), TaskState::Cancelled),
    ];
    for (kind, outcome, state) in cases {
        let ours: Value =
            serde_json::from_slice(&TaskMeta::of(&read.headers, &outcome, state, &[], Timestamp::now()).to_json())
                .unwrap();
        let theirs: Value = serde_json::to_value(result(kind)).unwrap();
        assert_eq!(names(&ours), names(&theirs), "{kind}");
        assert_eq!(names(&ours["result"]), names(&theirs["result"]), "{kind}");
        assert_eq!(ours["status"], theirs["status"]);
    }
}

#[test]
fn a_revocation_is_read_and_written() {
    let said = |kind: &str| recorded()["control"][kind].as_str().expect("a command").to_owned();
    let one = Revoke::from_json(said("revoke").as_bytes()).unwrap();
    assert_eq!((one.ids.len(), one.terminate), (1, false));
    assert!(Revoke::from_json(said("revoke_terminate").as_bytes()).unwrap().terminate);
    let many = Revoke::from_json(said("revoke_many").as_bytes()).unwrap();
    assert_eq!(many.ids.len(), 2);
    assert_eq!(Revoke::from_json(&many.to_json()), Some(many.clone()));
    let [ours, theirs]: [Value; 2] =
        [one.to_json(), said("revoke").into_bytes()].map(|text| serde_json::from_slice(&text).unwrap());
    assert_eq!(names(&ours), names(&theirs));
    assert_eq!(names(&ours["properties"]), names(&theirs["properties"]));
}

#[test]
fn a_command_for_other_workers_is_left_to_them() {
    let other = br#"{"method":"revoke","arguments":{"task_id":"a"},"destination":["celery@other"]}"#;
    assert_eq!(Revoke::from_body(other), None);
    assert_eq!(Revoke::from_body(br#"{"method":"ping","arguments":{},"destination":null}"#), None);
}

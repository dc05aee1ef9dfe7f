//! `job` takes the payload arguments of the task, and nothing else.

use velithon::prelude::*;

#[task]
async fn digest(user: u64, kind: String) {
    let _ = (user, kind);
}

#[post("/digest")]
async fn begin(tasks: Inject<Tasks>) -> Result<()> {
    tasks.enqueue(digest::job("seven", "weekly".to_owned())).await?;
    tasks.enqueue(digest::job(7)).await?;
    Ok(())
}

fn main() {}

use velithon::prelude::*;

struct Pool;

struct Users;

#[inject]
async fn users(pool: Inject<Pool>) -> Result<Users> {
    let _ = pool;
    Ok(Users)
}

fn main() {}

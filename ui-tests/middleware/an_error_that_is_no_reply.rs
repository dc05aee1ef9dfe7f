use velithon::prelude::*;

struct Denied;

#[middleware]
async fn audit(request: Request, next: Next) -> Result<Response, Denied> {
    Ok(next.run(request).await)
}

fn main() {}

use velithon::prelude::*;

struct Verdict;

#[middleware]
async fn audit(request: Request, next: Next) -> Verdict {
    next.run(request).await;
    Verdict
}

fn main() {}

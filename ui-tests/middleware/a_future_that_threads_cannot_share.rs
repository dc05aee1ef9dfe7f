use velithon::prelude::*;

#[middleware]
async fn audit(request: Request, next: Next) -> Response {
    let count = std::rc::Rc::new(1);
    let reply = next.run(request).await;
    drop(count);
    reply
}

fn main() {}

use velithon::prelude::*;

struct Tenant;

#[middleware]
async fn audit(request: Request, tenant: Tenant, next: Next) -> Response {
    next.run(request).await
}

fn main() {}

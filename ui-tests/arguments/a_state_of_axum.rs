use axum::extract::State;
use velithon::prelude::*;

#[derive(Clone)]
struct AppState;

#[get("/state")]
async fn show(State(state): State<AppState>) -> &'static str {
    let _ = state;
    "none"
}

#[post("/state")]
async fn change(state: State<AppState>, body: String) -> String {
    let _ = state;
    body
}

fn main() {}

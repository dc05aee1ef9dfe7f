use velithon::prelude::*;

#[velithon::main]
fn main(app: App) -> velithon::Result<()> {
    app.run()
}

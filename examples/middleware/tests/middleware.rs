//! The founding page's four middleware run in the order it promises.

use velithon_tests::Program;

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_middleware"))
}

#[test]
fn the_order_is_that_of_the_founding_page() {
    program().args("routes -v").run().exits(0).says("security -> authentication -> compression -> logging");
}

#[test]
fn a_refusal_of_the_second_still_passes_the_first() {
    let reply = program().start().get("/");
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    reply.has("www-authenticate", "Bearer").is_problem(401);
}

#[test]
fn who_knows_the_word_gets_the_treasure() {
    let service = program().start();
    service.get_with("/", &[("authorization", "Bearer open sesame")]).is(200).says("forty thieves were here\n");
}

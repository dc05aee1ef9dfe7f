//! The README's first example, run as it is.

use velithon_tests::Program;

#[test]
fn whoever_is_named_is_greeted() {
    let hello = Program::new(env!("CARGO_BIN_EXE_hello")).start();
    hello.get("/hello/world").is(200).says("hello, world\n");
    hello.get("/hello/world?times=2").is(200).says("hello, world\nhello, world\n");
    hello.terminate();
    hello.ended().exits(0);
}

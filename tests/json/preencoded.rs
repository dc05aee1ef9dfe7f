//! Values whose JSON is made once.

use crate::service;

#[test]
fn a_preencoded_value_is_encoded_once_however_often_it_is_sent() {
    let service = service();
    for _ in 0..3 {
        let reply = service.get("/catalog").has("content-type", "application/json").has("content-length", "16");
        reply.says(r#"["tea","coffee"]"#);
    }
    service.get("/page").says(r#"{"catalog":["tea","coffee"],"first":"tea"}"#);
    service.get("/encoded").says("1");
}

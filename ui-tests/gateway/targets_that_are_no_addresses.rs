//! A target is a scheme, a host and a port.

use velithon::prelude::*;

#[upstream(targets = [
    "10.0.0.1:8080",
    "ftp://10.0.0.1",
    "http://",
    "http://:8080",
    "http://user:secret@10.0.0.1",
    "http://10.0.0.1:8080/internal?x=1",
    "http://10.0.0.1:80800",
    "http://10.0.0.1 :8080",
    "http://[fd00::1",
    "http://[fd00::zz]:80",
])]
struct Payments;

fn main() {}

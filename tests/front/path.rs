//! The one path of a request: what is matched is what handlers see, and what a gateway sends on.

use velithon_tests::{Reply, Service};

use crate::{raw, service};

#[track_caller]
fn get(service: &Service, target: impl AsRef<[u8]>) -> Reply {
    raw(service, [b"GET ", target.as_ref(), b" HTTP/1.1\r\nhost: x\r\n\r\n"].concat())
}

// 44
#[test]
fn bytes_beyond_ascii_are_percent_encoded() {
    let service = service();
    get(&service, "/path/é").says("é of /path/%C3%A9");
    get(&service, b"/path/\xff").is(400);
}

// 45
#[test]
fn a_backslash_is_refused() {
    let service = service();
    get(&service, "/path/a\\b").is_problem(400);
    get(&service, "/path\\a").is_problem(400);
    // A handler that captures an encoded one decides itself; a gateway route refuses it unless told to keep it.
    get(&service, "/path/a%5cb").says("a\\b of /path/a%5cb");
}

// 46
#[test]
fn encoded_control_characters_are_refused() {
    let service = service();
    for path in ["/path/%00", "/path/a%0ab", "/path/a%0Db", "/path/%7f", "/nowhere%00"] {
        get(&service, path).is_problem(400);
    }
}

// 47
#[test]
fn a_query_without_a_path_asks_for_the_root() {
    let service = service();
    get(&service, "http://x?q").says("here");
    get(&service, "http://x").says("here");
}

// 48
#[test]
fn leading_slashes_are_one_and_never_name_a_host() {
    let service = service();
    get(&service, "//path/x").says("x of /path/x");
    get(&service, "///").says("here");
    get(&service, "http://x//path/a//b").says("a//b of http://x/path/a//b");
    get(&service, "/path/..//evil.example/x").is_problem(404);
}

// N1
#[test]
fn middleware_and_routes_read_the_same_path() {
    let service = service();
    for path in
        ["/path/guarded/x", "//path//guarded//x", "/path/a/../guarded/x", "/path/%2e/guarded/x", "/./path/guarded/x"]
    {
        let reply = get(&service, path).is(403);
        assert_eq!(reply.text(), "guarded", "{path}");
    }
    get(&service, "/path/guarded/../x").says("x of /path/x");
}

// N2
#[test]
fn dot_segments_are_resolved_before_a_route_is_looked_for() {
    let service = service();
    get(&service, "/path/a/../b").says("b of /path/b");
    get(&service, "/path/a/%2e%2E/b/./c").says("b/c of /path/b/c");
    get(&service, "/path/a/..?q=/../x").is_problem(404);
    get(&service, "/path/..").says("here");
    for path in ["/..", "/../path/x", "/path/%2e%2e/../x", "//.."] {
        get(&service, path).is_problem(400);
    }
}

// N4, N5, N7, N8
#[test]
fn what_needs_no_settling_stays_as_it_came() {
    let service = service();
    get(&service, "/path/a;b=1/c").says("a;b=1/c of /path/a;b=1/c");
    get(&service, "/path/a%20b%2Fc%252F").says("a b/c%2F of /path/a%20b%2Fc%252F");
    get(&service, "/path/a.").says("a. of /path/a.");
    get(&service, "/path/a%20").says("a  of /path/a%20");
    get(&service, "/path/.hidden/..x").says(".hidden/..x of /path/.hidden/..x");
    get(&service, "/PATH/a").is_problem(404);
    get(&service, "/p%61th/a").is_problem(404);
}

// N6
#[test]
fn empty_segments_are_merged_for_the_match_and_stay_in_the_path() {
    let service = service();
    get(&service, "/path//a///b//").says("a///b// of /path//a///b//");
}

// N9
#[test]
fn a_bad_escape_is_refused_in_the_path_and_kept_in_the_query() {
    let service = service();
    for path in ["/path/%zz", "/path/%", "/path/a%2"] {
        get(&service, path).is_problem(400);
    }
    get(&service, "/path/a?b=%zz&c=%&d=%2B&d=+&=&").says("a of /path/a?b=%zz&c=%&d=%2B&d=+&=&");
    get(&service, "/path/a?").says("a of /path/a?");
}

#[test]
fn a_faulty_path_says_what_is_wrong_with_it() {
    let problem = get(&service(), "/path/../../x").is_problem(400);
    assert_eq!(problem["detail"], "the path leads above its root");
}

//! Routes that configuration switches on and off.

use crate::{program, service};

#[test]
fn a_route_that_is_switched_off_does_not_exist() {
    let service = service();
    service.get("/when/feature").is_problem(404);
    service.request("OPTIONS", "/when/feature", &[], "").is_problem(404);
}

#[test]
fn a_feature_is_switched_on_by_the_file_the_environment_or_the_command_line() {
    program().toml("[features]\nreports = true\n").start().get("/when/feature").says("reports");
    program().env("VELITHON_FEATURES__REPORTS", "true").start().get("/when/feature").says("reports");
    program().args("--set features.reports=true").start().get("/when/feature").says("reports");
    let both = program().toml("[features]\nreports = true\n").env("VELITHON_FEATURES__REPORTS", "false");
    both.start().get("/when/feature").is_problem(404);
}

#[test]
fn a_condition_chooses_between_handlers_of_one_path() {
    let service = service();
    service.get("/when/edition").says("small");
    service.get("/when/closed").says("closed in the Small edition, open = false");
    let large = program().env("VELITHON_SHOP__EDITION", "large").env("VELITHON_SHOP__OPEN", "true").start();
    large.get("/when/edition").says("large");
    large.get("/when/closed").is_problem(404);
}

#[test]
fn what_is_switched_off_is_listed_with_its_reason() {
    program().args("routes").run().exits(0).never_says("/when/feature").says("/when/edition");
    let check = program().args("check -v").run().exits(0);
    check
        .says("off: GET /when/feature at tests/apps/routes/switches.rs:")
        .says("since `features.reports` does not hold");
}

//! The routers that `main` mounts: checked with the plan, then one router.

use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use axum::Router;

use crate::fault::Fault;
use crate::route::Template;

/// A router and the path it is served below.
#[derive(Clone)]
pub(crate) struct Mount {
    path: String,
    router: Router,
    place: &'static Location<'static>,
}

impl Mount {
    pub(super) fn new(path: &str, router: Router, place: &'static Location<'static>) -> Self {
        Self { path: path.to_owned(), router, place }
    }

    /// What axum would panic about.
    fn fault(&self) -> Option<Fault> {
        let path = &self.path;
        let wrong = |why: String, help: &str| {
            let what = format!("no router can be mounted at `{path}`");
            Some(Fault::new(what).at(self.place, "`app.mount`").why(why).help(help))
        };
        if path == "/" {
            return None;
        }
        if path.is_empty() {
            return wrong("a path starts with `/`".to_owned(), "write `app.mount(\"/\", ..)` for the root");
        }
        if let Err(flaws) = Template::join(path, "/") {
            return wrong(flaws.to_string(), "write a path such as `/legacy` or `/tenants/{tenant}`");
        }
        // How axum wrote captures before 0.8; it refuses them still, lest they be taken for text.
        let old = path.split('/').find(|segment| segment.starts_with([':', '*']));
        old.and_then(|segment| {
            wrong(
                format!("axum takes `{segment}` for a capture of its former notation"),
                "write `{name}` for a capture",
            )
        })
    }

    fn joined(self, all: Router) -> Result<Router, Fault> {
        let Self { path, router, place } = self;
        // axum has no other way to say that two routers have one route.
        let joined = catch_unwind(AssertUnwindSafe(|| match path.as_str() {
            "/" => all.merge(router),
            path => all.nest(path, router),
        }));
        joined.map_err(|panic| {
            let why = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Fault::new(format!("the router mounted at `{path}` does not fit beside the others"))
                .at(place, "`app.mount`")
                .why(why.unwrap_or_default())
                .help("mount them at different paths, or take the route out of one of them")
        })
    }
}

/// All of them as one; nothing where there are none.
///
/// # Errors
/// Each path that axum cannot nest a router at, and routers that have one route.
pub(super) fn join(mounts: &[Mount]) -> Result<Option<Router>, Vec<Fault>> {
    let faults: Vec<Fault> = mounts.iter().filter_map(Mount::fault).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut all: Option<Router> = None;
    for mount in mounts {
        all = Some(mount.clone().joined(all.unwrap_or_default()).map_err(|fault| vec![fault])?);
    }
    Ok(all)
}

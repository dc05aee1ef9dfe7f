//! Gateways in the table of routes: alone on their own paths, and behind the handlers that own a method below them.

use std::sync::Arc;

use http::HeaderValue;

use super::Tables;
use crate::app::plan::PlannedGateway;
use crate::fault::Fault;
use crate::route::{Answer, Behind, Methods, Table, Target, Template};

/// Puts every gateway of the plan into the table.
pub(super) fn put(tables: &mut Tables<'_>, table: &mut Table<Methods>) -> Result<(), Fault> {
    let planned = &tables.plan.gateways.gateways;
    let targets: Vec<usize> = (0..planned.len()).map(|index| target(tables, index)).collect();
    for one in planned {
        for template in one.templates.iter().filter(|template| table.get_mut(template).is_none()).collect::<Vec<_>>() {
            let own = alone(tables, one);
            table.insert(template, own).map_err(|conflict| {
                Fault::new(format!("`{}` cannot stand beside the other routes: {conflict}", one.path))
                    .at(&one.place, format!("the gateway `{}`", one.name))
            })?;
        }
    }
    let paths: Vec<Template> = table.iter().map(|(template, _)| template.clone()).collect();
    for path in paths {
        let behind = behind(planned, &targets, &path)?;
        if let Some(methods) = table.get_mut(&path) {
            methods.behind = behind.into();
        }
    }
    Ok(())
}

/// What a path of gateways alone answers to methods that none of them takes.
fn alone(tables: &mut Tables<'_>, one: &PlannedGateway) -> Methods {
    let methods = one.methods.iter().flatten().map(ToString::to_string).chain(["OPTIONS".to_owned()]);
    let allow = methods.collect::<Vec<_>>().join(", ");
    let allow = HeaderValue::from_str(&allow).unwrap_or(HeaderValue::from_static("OPTIONS"));
    let refused = tables.fallback(Answer::MethodNotAllowed(allow.clone()), &one.path);
    let options = tables.fallback(Answer::Options(allow), &one.path);
    Methods { candidates: Vec::new(), refused, unacceptable: Vec::new(), options, behind: Box::default() }
}

/// The target of a gateway: its function, or the upstream itself.
fn target(tables: &mut Tables<'_>, index: usize) -> usize {
    let one = &tables.plan.gateways.gateways[index];
    let route = Arc::clone(&tables.gateways[index]);
    let chain = tables.chain(one.chain.iter().map(|link| (link.middleware, link.checked)), one.uses_scope);
    let answer = match one.record.and_then(|record| record.call) {
        Some(endpoint) if one.options.axum_path => super::routed(&one.path, endpoint),
        Some(endpoint) => Answer::Handler(endpoint),
        None => Answer::Gateway(Arc::clone(&route)),
    };
    let needs = one.record.map_or(&[][..], |record| record.dependencies);
    tables.push(Target {
        chain,
        answer,
        needs: needs.iter().map(|dependency| (dependency.key)()).collect(),
        route: one.path.as_str().into(),
        options: one.options,
        uses_scope: one.uses_scope,
        leaves_work: super::builtin::leaves_work(needs),
        vary: None,
        gateway: Some(route),
    })
}

/// The gateways that take what a path's handlers do not, the most specific first.
fn behind(planned: &[PlannedGateway], targets: &[usize], path: &Template) -> Result<Vec<Behind>, Fault> {
    let mut found: Vec<(&PlannedGateway, &Template, usize)> = Vec::new();
    for (one, target) in planned.iter().zip(targets) {
        found.extend(one.templates.iter().find(|own| own.covers(path)).map(|own| (one, own, *target)));
    }
    found.sort_by(|(_, one, _), (_, two, _)| one.precedence(two));
    found
        .into_iter()
        .map(|(one, own, target)| {
            let mut captures = None;
            if own.normalised() != path.normalised() {
                let mut table = Table::default();
                table.insert(own, ()).map_err(|conflict| Fault::new(conflict.to_string()).at(&one.place, ""))?;
                captures = Some(Arc::new(table));
            }
            Ok(Behind { methods: one.methods.clone().map(Into::into), target, captures })
        })
        .collect()
}

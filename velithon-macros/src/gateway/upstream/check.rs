//! The rules that several keys of an upstream meet in.

use syn::LitStr;

use super::parse::Upstream;
use crate::faults::{Faults, message};
use crate::gateway::settings::{Data, Setting};
use crate::gateway::text::{self, Target};

pub(super) fn check(upstream: &Upstream, faults: &mut Faults) {
    let targets = targets(upstream);
    alike(&targets, faults);
    weights(upstream, &targets, faults);
    backups(&targets, faults);
}

/// Every target that reads; the others are told by now.
fn targets(upstream: &Upstream) -> Vec<(&LitStr, Target)> {
    let Some(Setting { value: Data::List(items), .. }) = upstream.read.get("targets") else { return Vec::new() };
    let literals = items.iter().filter_map(|item| match item {
        Data::Text(literal) => Some(literal),
        _ => None,
    });
    literals.filter_map(|literal| Some((literal, text::target(literal).ok()?))).collect()
}

fn alike(targets: &[(&LitStr, Target)], faults: &mut Faults) {
    for (index, (literal, target)) in targets.iter().enumerate() {
        if targets[..index].iter().any(|(_, other)| other.identity == target.identity) {
            let what = format!("two targets are `{}`", target.identity);
            let why = "a target stands for one address; its share is its weight";
            let help = format!("keep one of them, with `{}; weight=2` if it can take twice as much", target.identity);
            faults.push(literal.span(), message(what, why, help));
        }
    }
}

fn weights(upstream: &Upstream, targets: &[(&LitStr, Target)], faults: &mut Faults) {
    let Some(Setting { value: Data::Text(balance), .. }) = upstream.read.get("balance") else { return };
    if balance.value() != "round_robin" {
        return;
    }
    if let Some((literal, target)) = targets.iter().find(|(_, target)| target.weight != 1) {
        let what =
            format!("`round_robin` knows no weights, and `{}` has the weight {}", target.identity, target.weight);
        let why = "it takes the targets in turn, each as often as the others";
        faults.push(literal.span(), message(what, why, "write `balance = \"weighted\"`, or take the weight away"));
    }
}

fn backups(targets: &[(&LitStr, Target)], faults: &mut Faults) {
    if let Some((literal, _)) = targets.first().filter(|_| targets.iter().all(|(_, target)| target.backup)) {
        let why = "a backup is used while no other target is eligible, so there has to be another";
        let help = "take `; backup` away from the targets that requests go to first";
        faults.push(literal.span(), message("every target is a backup", why, help));
    }
}

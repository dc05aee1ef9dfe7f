//! `Self` in the signature of a method: its wrapper stands beside the block, where `Self` means nothing.

use syn::visit_mut::{VisitMut, visit_expr_path_mut, visit_type_mut};
use syn::{Expr, ExprPath, Path, QSelf, ReturnType, Type};

use crate::route::check::{Shape, Source};
use crate::signature::Signature;

/// Writes the type itself for `Self` in arguments and return type.
pub(super) fn name_in_signature(signature: &mut Signature, owner: &Type) {
    let mut namer = Namer(owner);
    for argument in &mut signature.arguments {
        namer.visit_type_mut(&mut argument.ty);
    }
    if let ReturnType::Type(_, ty) = &mut signature.output {
        namer.visit_type_mut(ty);
    }
}

/// The same in `#[query(default = Self::LIMIT)]`.
pub(super) fn name_in_defaults(arguments: &mut [Source], owner: &Type) {
    for source in arguments {
        if let Source::Parameter(parameter) = source
            && let Shape::Default(default) = &mut parameter.shape
        {
            Namer(owner).visit_expr_mut(default);
        }
    }
}

struct Namer<'t>(&'t Type);

impl VisitMut for Namer<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::Path(path) if path.qself.is_none() && path.path.is_ident("Self") => *ty = self.0.clone(),
            Type::Path(path) => {
                self.qualify(&mut path.qself, &mut path.path);
                visit_type_mut(self, ty);
            }
            _ => visit_type_mut(self, ty),
        }
    }

    fn visit_expr_path_mut(&mut self, path: &mut ExprPath) {
        self.qualify(&mut path.qself, &mut path.path);
        visit_expr_path_mut(self, path);
    }
}

impl Namer<'_> {
    /// `Self::LIMIT` is `<Orders>::LIMIT`.
    fn qualify(&self, qself: &mut Option<QSelf>, path: &mut Path) {
        if qself.is_some() || path.segments.len() < 2 || path.segments[0].ident != "Self" {
            return;
        }
        let owner = self.0;
        let rest = path.segments.iter().skip(1);
        let Ok(Expr::Path(qualified)) = syn::parse2(quote::quote!(<#owner>::#(#rest)::*)) else { return };
        *qself = qualified.qself;
        *path = qualified.path;
    }
}

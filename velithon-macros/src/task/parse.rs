//! Tokens to a task with spans: what each argument is, and whether there is a body.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{ForeignItemFn, ItemFn, Type, Visibility};

use super::keys::Keys;
use crate::faults::Faults;
use crate::signature::{Ask, Signature, last_segment};

/// An annotated function with its attribute read.
pub(super) struct Task {
    /// As it was written; nothing for a remote task, which has no body.
    pub(super) item: Option<ItemFn>,
    pub(super) visibility: Visibility,
    pub(super) signature: Signature,
    pub(super) keys: Keys,
    /// One per argument.
    pub(super) roles: Vec<Role>,
}

/// Where an argument comes from.
pub(super) enum Role {
    /// `Inject<_>` and its kin: from the application.
    Handle(Ask, Box<Type>),
    /// `TaskContext`: from the run.
    Context,
    /// Whoever enqueues it gives it.
    Payload,
}

impl Task {
    /// The same with no keys but those that say what it is.
    pub(super) fn with_plain_keys(self) -> Self {
        let Keys { remote, broker, .. } = self.keys;
        Self { keys: Keys { remote, broker, ..Keys::default() }, ..self }
    }

    /// The payload arguments: their positions, names and types.
    pub(super) fn payload(&self) -> impl Iterator<Item = (usize, Ident, &Type)> {
        let both = self.signature.arguments.iter().zip(&self.roles).enumerate();
        both.filter(|(_, (_, role))| matches!(role, Role::Payload)).map(|(index, (argument, _))| {
            let unnamed = || Ident::new(&format!("argument_{index}"), Span::call_site());
            (index, argument.name.clone().unwrap_or_else(unnamed), &argument.ty)
        })
    }
}

/// The task, unless the item is no function.
pub(super) fn read(attribute: TokenStream, item: TokenStream, faults: &mut Faults) -> Option<Task> {
    let (mut signature, visibility, attributes, item) = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => (function.sig.clone(), function.vis.clone(), function.attrs.clone(), Some(function)),
        Err(_) => {
            let bodiless = syn::parse2::<ForeignItemFn>(item).ok()?;
            (bodiless.sig, bodiless.vis, bodiless.attrs, None)
        }
    };
    let keys = Keys::read(attribute, faults);
    let signature = Signature::read(&mut signature, &attributes, faults);
    let roles = signature.arguments.iter().map(|argument| Role::of(&argument.ty)).collect();
    Some(Task { item, visibility, signature, keys, roles })
}

impl Role {
    fn of(ty: &Type) -> Self {
        if let Some((ask, inner)) = Ask::of(ty) {
            return Self::Handle(ask, Box::new(inner.clone()));
        }
        if last_segment(ty).is_some_and(|segment| segment.ident == "TaskContext") {
            Self::Context
        } else {
            Self::Payload
        }
    }
}

impl ToTokens for Task {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.item.to_tokens(tokens);
    }
}

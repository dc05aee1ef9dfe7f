//! Who takes part, and how each is started.

use clap::ValueEnum;

/// A peer: one program that offers the common service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// velithon itself.
    Velithon,
    /// hyper alone, in the tuned loop: the floor.
    Hyper,
    /// axum behind the loop that velithon's server runs.
    AxumTuned,
    /// axum behind `axum::serve`.
    Axum,
    /// actix-web.
    Actix,
    /// ntex on tokio.
    Ntex,
    /// salvo.
    Salvo,
    /// Rocket.
    Rocket,
    /// FastAPI behind uvicorn; needs `--python`.
    Fastapi,
    /// velithon 0.6.10, the Python framework of this name; needs `--python`.
    VelithonPython,
}

impl Peer {
    /// The name in tables and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Velithon => "velithon",
            Self::Hyper => "hyper",
            Self::AxumTuned => "axum-tuned",
            Self::Axum => "axum",
            Self::Actix => "actix",
            Self::Ntex => "ntex",
            Self::Salvo => "salvo",
            Self::Rocket => "rocket",
            Self::Fastapi => "fastapi",
            Self::VelithonPython => "velithon-python",
        }
    }

    /// Its binary.
    pub(crate) fn program(self) -> String {
        format!("peer-{}", self.name())
    }

    /// Whether it stands behind the feature `peers`, for the time it takes to compile.
    pub(crate) fn is_heavy(self) -> bool {
        matches!(self, Self::Actix | Self::Ntex | Self::Salvo | Self::Rocket)
    }

    /// Whether it is a script for the interpreter of a virtual environment.
    pub(crate) fn is_python(self) -> bool {
        matches!(self, Self::Fastapi | Self::VelithonPython)
    }
}

//! The welcome mail: a task that a new user leaves behind, and a mailer that is chosen by configuration.
//!
//! `[mail] kind = "file"`, the default, appends to a file; `kind = "smtp"` sends, in a build with the feature `smtp`.

use serde::Deserialize;
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;
use velithon::prelude::*;

use crate::users::Users;

/// Settings under `[mail]`.
#[config("mail")]
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct MailConfig {
    kind: MailKind,
    /// Where the mail goes that is not sent.
    file: String,
    from: String,
    /// `smtps://user:password@mail.example.com`
    smtp: Secret<String>,
}

/// Where mail goes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MailKind {
    #[default]
    File,
    Smtp,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            kind: MailKind::File,
            file: "mail.txt".to_owned(),
            from: "shop@example.com".to_owned(),
            smtp: Secret::new("smtp://localhost".to_owned()),
        }
    }
}

/// Sends mail, or what stands in for it.
#[inject]
#[async_trait]
pub(crate) trait Mailer: Send + Sync {
    async fn send(&self, to: &str, subject: &str, text: &str) -> Result<()>;
}

/// Appends to a file.
#[inject(as = dyn Mailer, when = "mail.kind == file")]
struct FileMailer {
    config: Config<MailConfig>,
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, to: &str, subject: &str, text: &str) -> Result<()> {
        let mail = format!("From: {}\nTo: {to}\nSubject: {subject}\n\n{text}\n\n", self.config.from);
        let mut file = OpenOptions::new().create(true).append(true).open(&self.config.file).await?;
        file.write_all(mail.as_bytes()).await?;
        Ok(file.flush().await?)
    }
}

/// Sends over SMTP.
#[cfg(feature = "smtp")]
#[inject(as = dyn Mailer, when = "mail.kind == smtp")]
struct SmtpMailer {
    config: Config<MailConfig>,
}

#[cfg(feature = "smtp")]
#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, to: &str, subject: &str, text: &str) -> Result<()> {
        use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
        let message = Message::builder().from(self.config.from.parse()?).to(to.parse()?).subject(subject);
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(self.config.smtp.expose())?.build();
        transport.send(message.body(text.to_owned())?).await?;
        Ok(())
    }
}

/// Welcomes a new user; a mail server that is away for a while delays the mail and loses none.
#[task(queue = "mail", retries = 8, backoff = "5s..10m", timeout = "30s")]
pub(crate) async fn send_welcome(user: i64, users: Inject<Users>, mailer: Inject<dyn Mailer>) -> Result<()> {
    let user = users.find(user).await?;
    let text = format!("Dear {},\n\nwelcome to the shop.", user.name);
    mailer.send(&user.email, "Welcome", &text).await
}

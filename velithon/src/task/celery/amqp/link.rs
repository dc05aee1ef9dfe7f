//! A connection to RabbitMQ with what is done over it; made anew by the next caller when it was lost.

use std::collections::HashSet;
use std::sync::Arc;

use lapin::options::{
    BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, Error, ErrorKind, ExchangeKind, Queue,
};
use tokio::sync::Mutex;

use super::fields;
use crate::task::celery::control::{EXCHANGE, Revoke};
use crate::task::celery::envelope::Message;
use crate::task::store::{Result, StoreError, StoreFault};

/// The connection of a store, whichever it is now.
pub(super) struct Links {
    url: String,
    now: Mutex<Option<Arc<Link>>>,
}

/// One connection.
pub(super) struct Link {
    connection: Connection,
    /// Publishes with confirmations.
    publish: Channel,
    declared: Mutex<HashSet<String>>,
}

impl Links {
    pub(super) async fn connect(url: &str) -> Result<Self> {
        let links = Self { url: url.to_owned(), now: Mutex::new(None) };
        links.get().await.map(|_| links)
    }

    /// The connection, which is made when there is none.
    pub(super) async fn get(&self) -> Result<Arc<Link>> {
        let mut now = self.now.lock().await;
        if let Some(link) = now.as_ref().filter(|link| link.is_live()) {
            return Ok(Arc::clone(link));
        }
        let link = Arc::new(Link::connect(&self.url).await?);
        *now = Some(Arc::clone(&link));
        Ok(link)
    }

    pub(super) async fn close(&self) {
        if let Some(link) = self.now.lock().await.take() {
            // The end is near either way.
            let _ = link.connection.close(200, "the application ends".into()).await;
        }
    }
}

impl Link {
    async fn connect(url: &str) -> Result<Self> {
        let named = ConnectionProperties::default().with_connection_name("velithon".into());
        let connection = Connection::connect(url, named).await.map_err(fault)?;
        let publish = connection.create_channel().await.map_err(fault)?;
        publish.confirm_select(ConfirmSelectOptions::default()).await.map_err(fault)?;
        Ok(Self { connection, publish, declared: Mutex::default() })
    }

    pub(super) fn is_live(&self) -> bool {
        self.connection.status().connected() && self.publish.status().connected()
    }

    pub(super) async fn channel(&self) -> Result<Channel> {
        self.connection.create_channel().await.map_err(fault)
    }

    /// Makes sure that a queue is there: as it was declared by somebody else, or as Celery would declare it.
    pub(super) async fn declare(&self, queue: &str, max_priority: Option<u8>) -> Result<()> {
        let mut declared = self.declared.lock().await;
        if declared.contains(queue) {
            return Ok(());
        }
        if self.passive(queue).await.is_err() {
            let mut about = FieldTable::default();
            if let Some(most) = max_priority {
                about.insert("x-max-priority".into(), AMQPValue::LongLongInt(most.into()));
            }
            self.declare_with(queue, about).await?;
        }
        declared.insert(queue.to_owned());
        Ok(())
    }

    /// What is known of a queue; the channel ends with the error when there is none, so it has one of its own.
    async fn passive(&self, queue: &str) -> Result<Queue> {
        let channel = self.channel().await?;
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let found = channel.queue_declare(short(queue)?, options, FieldTable::default()).await.map_err(fault)?;
        let _ = channel.close(200, "asked".into()).await;
        Ok(found)
    }

    /// How many messages wait.
    pub(super) async fn waiting(&self, queue: &str) -> Result<u64> {
        match self.passive(queue).await {
            Ok(found) => Ok(u64::from(found.message_count())),
            // Nobody has sent anything yet.
            Err(error) if error.fault() == StoreFault::Refused => Ok(0),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn declare_with(&self, queue: &str, about: FieldTable) -> Result<()> {
        let channel = self.channel().await?;
        let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        channel.queue_declare(short(queue)?, options, about).await.map_err(fault)?;
        let _ = channel.close(200, "declared".into()).await;
        Ok(())
    }

    /// Sends a message to a queue, and returns when RabbitMQ has it.
    ///
    /// # Errors
    /// When there is no such queue: the message would have been dropped.
    pub(super) async fn publish(&self, queue: &str, message: &Message) -> Result<()> {
        let headers = serde_json::to_value(&message.headers).unwrap_or_default();
        let serde_json::Value::Object(headers) = headers else { return Ok(()) };
        let about = &message.properties;
        let mut properties = BasicProperties::default()
            .with_content_type("application/json".into())
            .with_content_encoding("utf-8".into())
            .with_headers(fields::table(headers))
            .with_delivery_mode(2)
            .with_priority(about.priority)
            .with_correlation_id(short(&about.correlation_id)?)
            .with_reply_to(about.reply_to.to_string().into());
        if let Some(expiration) = &about.expiration {
            properties = properties.with_expiration(short(expiration)?);
        }
        self.confirmed(queue, &message.body.to_json(), properties).await
    }

    pub(super) async fn confirmed(&self, queue: &str, body: &[u8], properties: BasicProperties) -> Result<()> {
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let sent = self.publish.basic_publish("".into(), short(queue)?, options, body, properties);
        match sent.await.map_err(fault)?.await.map_err(fault)? {
            Confirmation::Ack(None) => Ok(()),
            Confirmation::Ack(Some(_)) => Err(StoreError::new(
                StoreFault::Refused,
                format!(
                    "there is no queue `{queue}` on RabbitMQ; help: start the worker that consumes it once, so that it is declared"
                ),
            )),
            Confirmation::Nack(_) => Err(StoreError::new(StoreFault::Unavailable, "RabbitMQ did not take the message")),
            Confirmation::NotRequested => Err(StoreError::new(StoreFault::Refused, "RabbitMQ confirms nothing")),
        }
    }

    /// Says to every worker that listens what is not to run.
    pub(super) async fn announce(&self, revoke: &Revoke) -> Result<()> {
        let channel = self.channel().await?;
        exchange(&channel).await?;
        let headers = serde_json::json!({ "clock": 1, "expires": 0 });
        let serde_json::Value::Object(headers) = headers else { return Ok(()) };
        let properties = BasicProperties::default()
            .with_content_type("application/json".into())
            .with_content_encoding("utf-8".into())
            .with_headers(fields::table(headers));
        let (options, body) = (BasicPublishOptions::default(), revoke.to_body());
        let sent = channel.basic_publish(EXCHANGE.into(), "".into(), options, &body, properties);
        sent.await.map_err(fault)?.await.map_err(fault)?;
        let _ = channel.close(200, "said".into()).await;
        Ok(())
    }

    /// A queue that hears what is said to every worker.
    pub(super) async fn hearing(&self) -> Result<(Channel, ShortString)> {
        let channel = self.channel().await?;
        exchange(&channel).await?;
        let options = QueueDeclareOptions { exclusive: true, auto_delete: true, ..QueueDeclareOptions::default() };
        let queue = channel.queue_declare("".into(), options, FieldTable::default()).await.map_err(fault)?;
        let name = queue.name().clone();
        let bound = channel.queue_bind(
            name.clone(),
            EXCHANGE.into(),
            "".into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        bound.await.map_err(fault)?;
        Ok((channel, name))
    }
}

/// The exchange as kombu declares it.
async fn exchange(channel: &Channel) -> Result<()> {
    let options = ExchangeDeclareOptions { durable: false, ..ExchangeDeclareOptions::default() };
    channel.exchange_declare(EXCHANGE.into(), ExchangeKind::Fanout, options, FieldTable::default()).await.map_err(fault)
}

/// A name as AMQP has room for.
pub(super) fn short(text: &str) -> Result<ShortString> {
    ShortString::try_new(text).map_err(|_| {
        StoreError::new(StoreFault::Refused, format!("`{text}` is longer than the 255 bytes that AMQP has room for"))
    })
}

/// What a caller can do about an error.
pub(super) fn fault(error: Error) -> StoreError {
    let fault = match error.kind() {
        ErrorKind::ProtocolError(_) | ErrorKind::ParsingError(_) | ErrorKind::SerialisationError(_) => {
            StoreFault::Refused
        }
        _ => StoreFault::Unavailable,
    };
    StoreError::new(fault, "RabbitMQ did not do it").caused_by(error)
}

//! What is reported, and one expansion as text. That the text is `Serialize`'s is tested in velithon.

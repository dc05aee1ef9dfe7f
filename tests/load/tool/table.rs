//! Figures as text for people and as JSON for programs.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Result;

/// A table of text, its first column to the left and the others to the right; also valid Markdown.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|&cell| cell.to_owned()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Prints it below a title.
    pub(crate) fn print(&self, title: &str) {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = format!("\n{title}\n\n");
        for (number, row) in self.rows.iter().enumerate() {
            line(&mut text, row, &widths);
            if number == 0 {
                rule(&mut text, &widths);
            }
        }
        #[expect(clippy::print_stdout, reason = "the table is what the tool is for")]
        {
            print!("{text}");
        }
    }
}

fn line(text: &mut String, row: &[String], widths: &[usize]) {
    for (column, (cell, &width)) in row.iter().zip(widths).enumerate() {
        text.push_str(&if column == 0 { format!("| {cell:<width$} |") } else { format!(" {cell:>width$} |") });
    }
    text.push('\n');
}

fn rule(text: &mut String, widths: &[usize]) {
    for (column, &width) in widths.iter().enumerate() {
        text.push_str(if column == 0 { "|-" } else { " " });
        text.push_str(&"-".repeat(width));
        text.push_str(if column == 0 { "-|" } else { ":|" });
    }
    text.push('\n');
}

/// Writes figures to `<folder>/<name>.json`.
pub(crate) fn write(folder: &Path, name: &str, figures: &Value) -> Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(format!("{name}.json")), serde_json::to_string_pretty(figures)? + "\n")?;
    Ok(())
}

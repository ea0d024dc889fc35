//! A table as text: columns as wide as their widest cell, names left, figures right.

/// Rows of words; the first column stands left, the others right.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(ToString::to_string).collect()] }
    }

    pub fn row(&mut self, name: &str, cells: impl IntoIterator<Item = String>) {
        self.rows.push(std::iter::once(name.to_string()).chain(cells).collect());
    }

    /// A row with a sentence in place of figures; it widens no column.
    pub fn remark(&mut self, name: &str, sentence: &str) {
        self.rows.push(vec![name.to_string(), String::new(), sentence.to_string()]);
    }

    pub fn print(&self) {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter(|row| column == 0 || !is_remark(row));
            cells
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let sentence = row.get(2).filter(|_| is_remark(row));
            let cells = if sentence.is_some() { row.get(..1) } else { row.get(..) };
            let mut line = String::new();
            for (column, (cell, width)) in cells.unwrap_or_default().iter().zip(&widths).enumerate()
            {
                line += &match column {
                    0 => format!("  {cell:<width$}"),
                    _ => format!("  {cell:>width$}"),
                };
            }
            println!("{}{}", line, sentence.map(|words| format!("  {words}")).unwrap_or_default());
        }
    }
}

fn is_remark(row: &[String]) -> bool {
    row.len() == 3 && row.get(1).is_some_and(String::is_empty)
}

package ui

import "html/template"

// The structs here are the arguments of the components of the same name in templates/: {{template "notice" .Notice}}.

// Notice is a box that tells something. Exactly one of Text and HTML is set.
type Notice struct {
	Tone  Tone
	Title string
	Text  string
	HTML  template.HTML // from markdown
	Links []Link
}

// Tag is a short status: "Väntar på underskrift".
type Tag struct {
	Tone Tone
	Text string
}

// Button submits a form.
type Button struct {
	Text    string
	Name    string // of the posted value; "" for none
	Value   string
	Variant string // "" primary · "secondary" · "tertiary"
	Danger  bool
	Action  string // another address than the form's (formaction)
}

// Hidden is an input that is posted but not shown.
type Hidden struct{ Name, Value string }

// CardLink is a service, case or task to go to.
type CardLink struct {
	Title string
	URL   string
	Text  string
	Meta  []string // short facts under the text
	Tag   *Tag
}

// Row is one line of a definition list or of a summary: a question with its answer.
type Row struct {
	Key    string
	Value  string        // line breaks are kept
	HTML   template.HTML // instead of Value
	Tag    *Tag          // after the value
	Source string        // where it comes from, and when
	Change string        // address to change it; "" when it cannot be changed here
	Empty  bool          // there is no answer
}

// Rows is a definition list: key and value, side by side where there is room.
type Rows []Row

// Section is a titled part of a summary.
type Section struct {
	Title  string
	Change string // address to change the whole of it
	Rows   []Row
	Parts  []Part // rows of repeating groups, each with its own heading
}

// Part is one of several things of the same kind within a section: one child, one address.
type Part struct {
	Title string
	Rows  []Row
}

// Summary shows all answers, by page ("check your answers").
type Summary struct {
	Sections []Section
}

// Table on narrow screens becomes one card a row, where each cell is led by its column's title.
type Table struct {
	Caption string // heard by screen readers; also shown when ShowCaption
	Show    bool   // show the caption
	Columns []Column
	Rows    [][]Cell // each as long as Columns
	Empty   string   // instead of rows
}

// Column of a table.
type Column struct {
	Title   string
	Sort    string // address that sorts by it, "" when it cannot be sorted by
	Order   string // "ascending" or "descending" when sorted by it
	Numeric bool
	Hidden  bool // title only for screen readers: the column of actions
}

// Cell of a table. The first cell of a row is its heading.
type Cell struct {
	Text    string
	URL     string
	Detail  string // smaller, below
	Tag     *Tag
	Buttons []Button // within the table's form
}

// Pagination leads through a long list. Empty addresses leave their link out.
type Pagination struct {
	Previous, Next string
	Page, Total    int // Total 0 when it is not known
}

// Details hides what only some need.
type Details struct {
	Title string
	Text  string
	HTML  template.HTML // instead of Text
	Open  bool
}

// FileItem is an attached file.
type FileItem struct {
	Name   string
	Type   string // in words: "PDF"
	Bytes  int64
	URL    string  // to read it
	Remove *Button // takes it away
	Tag    *Tag
}

// Files is a list of attached files.
type Files []FileItem

// Progress is how far something has come: Value of Max; Max 0 while that is not known.
type Progress struct {
	Label      string
	Value, Max int
}

// Event of a timeline.
type Event struct {
	Title string
	Text  string
	Time  string // as shown
	ISO   string // machine-readable
	Tone  Tone
}

// Timeline is what has happened, newest first as given.
type Timeline []Event

// Steps shows where one is in a process: done, current, to come.
type Steps []Step

// Step of a process. State is "done", "current" or "later".
type Step struct {
	Title string
	Text  string
	State string
}

package ui

// Field is a control of a plain page (login, search, filters, staff's forms). Pages of an e-service are rendered from
// their definition by package renderer instead. Components: "input", "textarea", "select", "radios", "checkboxes",
// "file".
type Field struct {
	Name         string
	ID           string // Name when empty
	Label        string
	HideLabel    bool // only for screen readers: search boxes whose button says it
	Hint         string
	Value        string
	Error        string
	Optional     bool   // says so in the label
	Type         string // of an input: "" text · "search" · "tel" · "email" · "password" · "date"
	InputMode    string
	Autocomplete string
	Prefix       string
	Suffix       string
	Width        int // characters; 0 the whole width
	Rows         int // of a textarea
	MaxLength    int // shows a counter
	Options      []Choice
	Accept       string // of a file
	Multiple     bool   // of a file
	Inline       bool   // radios and checkboxes side by side
}

// Choice is one option.
type Choice struct {
	Value   string
	Label   string
	Hint    string
	Checked bool
}

// Key gives the id of the control.
func (f Field) Key() string {
	if f.ID != "" {
		return f.ID
	}
	return f.Name
}

// DescribedBy lists the ids of what describes the control, those that exist only.
func (f Field) DescribedBy() string {
	id, out := f.Key(), ""
	add := func(when bool, suffix string) {
		if when {
			if out != "" {
				out += " "
			}
			out += id + suffix
		}
	}
	add(f.Hint != "", "-hint")
	add(f.MaxLength > 0, "-counter")
	add(f.Error != "", "-error")
	return out
}

// Problem gives the field's line in the error summary. The first option of a group has the group's own id, so the same
// target serves every kind of control.
func (f Field) Problem() ProblemLink { return ProblemLink{Text: f.Error, Target: f.Key()} }

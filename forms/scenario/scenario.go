// Package scenario runs the executable examples of a form: who fills in, what the registers say, what is answered page by page, and
// what must come of it. Answers go the whole way, typed into the controls that the page offers, posted, decoded and validated, so a
// scenario shows what a person would see.
//
// A scenario is one YAML file under scenarios/. What it does not name it does not check, except that a step without problems must
// have none.
package scenario

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
)

// Scenario is one example.
type Scenario struct {
	File     string         `yaml:"-"`
	Title    string         `yaml:"title"`
	Today    string         `yaml:"today"` // YYYY-MM-DD
	Facts    map[string]any `yaml:"facts"`
	Settings map[string]any `yaml:"settings"`
	// Registers are those that answer look-ups: name → key → what it says. One that is not here is down.
	Registers map[string]map[string]Said `yaml:"registers"`
	// Directory says who holds the roles of parties that the directory names: role → {number, name, email, phone}.
	Directory map[string][]any `yaml:"directory"`
	Actor     map[string]any   `yaml:"actor"`    // role "applicant" when not said
	Hindered  string           `yaml:"hindered"` // why the service cannot be used, from the start or after the steps
	Steps     []Step           `yaml:"steps"`
	Others    []Other          `yaml:"others"`
	// Moments say when what time limits are counted from happened: decided, notified, demanded, and by a limit's id when that was done.
	// "2026-11-23 23:50" in Sweden, or a day.
	Moments map[string]string `yaml:"moments"`
	Expect  Expect            `yaml:"expect"`
	// Signing is played when everything has been filled in: who signs when, says no, is silent, and what comes of it.
	Signing []Turn `yaml:"signing"`
}

// Step is one page, filled in and posted.
type Step struct {
	Page string `yaml:"page"`
	// Answers are typed into the page's controls: a text as a person types it, a list for boxes or rows, true and false for yes and
	// no, a date as YYYY-MM-DD, null to empty.
	Answers map[string]any `yaml:"answers"`
	Lookup  string         `yaml:"lookup"` // the button of the look-up at this pointer is pressed, in place of Continue
	// Pick says which of a look-up's choices is meant, by its id, at the pointer of the look-up's field: {/anlaggning/adress: "2"}.
	Pick     map[string]string `yaml:"pick"`
	Shown    []string          `yaml:"shown"`    // pointers and fact ids that must be on the page afterwards
	Hidden   []string          `yaml:"hidden"`   // those that must not
	Problems []string          `yaml:"problems"` // "/elev/barn required"
	Stopped  bool              `yaml:"stopped"`
	Next     string            `yaml:"next"` // where Continue leads
}

// Other is another party who fills the own section.
type Other struct {
	Role  string         `yaml:"role"`
	Self  map[string]any `yaml:"self"` // the register's facts of that party
	Pages []string       `yaml:"pages"`
	Steps []Step         `yaml:"steps"`
}

// Expect is what must come of it all.
type Expect struct {
	Pages    []string         `yaml:"pages"`
	Computed map[string]any   `yaml:"computed"`
	Facts    map[string]any   `yaml:"facts"`   // id of a shown fact → value; on the page of a row id@skola.2
	Options  map[string][]any `yaml:"options"` // pointer → values that can be chosen; in a row /barn/1/skola
	Parties  []any            `yaml:"parties"` // {role, number, name, signs}
	Nobody   bool             `yaml:"nobody"`  // no other party
	Grants   []any            `yaml:"grants"`  // whole rows, or only the columns named
	Rows     *int             `yaml:"rows"`    // how many rows are granted
	// Limits are the time limits that run: id → {plain: YYYY-MM-DD, moved: YYYY-MM-DD}, the last day as it is counted and as a holiday moves it.
	Limits   map[string]any      `yaml:"limits"`
	Grounds  []string            `yaml:"grounds"`  // ids of the grounds that the decision rests on by the answers
	Dispatch []string            `yaml:"dispatch"` // to whom the decision is sent on: [court, police]
	Letters  map[string][]string `yaml:"letters"`  // id of a letter → names of those who get it
	// Documents are the form's documents by name with what stands in them, the computed values filled in: letters as they are made, without
	// what is the officer's alone.
	Documents map[string]Wording `yaml:"documents"`
	Answers   map[string]any     `yaml:"answers"` // pointer → value that is submitted; null: nothing is
	Subject   string             `yaml:"subject"`
	Unique    *string            `yaml:"unique"`
	Complete  bool               `yaml:"complete"` // nothing is missing or wrong
}

// Wording is what a document says, and what it does not.
type Wording struct {
	Says  []string `yaml:"says"`  // stands in it
	Lacks []string `yaml:"lacks"` // stands nowhere in it
}

// Load reads the scenarios of a form's folder, in the order of their file names.
func Load(fsys fs.FS, dir string) ([]Scenario, []forms.Diagnostic) {
	entries, err := fs.ReadDir(fsys, path.Join(dir, forms.ScenarioDir))
	if err != nil {
		return nil, nil // a form need not have any; lint asks for them
	}
	var out []Scenario
	var diags []forms.Diagnostic
	for _, e := range entries {
		name := path.Join(forms.ScenarioDir, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if e.IsDir() || path.Ext(e.Name()) != ".yaml" {
			diags = append(diags, forms.Diagnostic{File: name, What: "not a scenario", Mend: "only *.yaml stands here"})
			continue
		}
		raw, err := fs.ReadFile(fsys, path.Join(dir, name))
		if err != nil {
			diags = append(diags, forms.Diagnostic{File: name, What: "the file cannot be read"})
			continue
		}
		one := Scenario{File: name}
		n, err := tree.ParseYAML(raw)
		if err != nil {
			diags = append(diags, forms.DiagnosticOf(name, err))
			continue
		}
		mistakes := tree.Decode(n, &one, nil)
		for _, m := range mistakes {
			diags = append(diags, forms.DiagnosticOf(name, m))
		}
		if one.Title == "" || one.Today == "" {
			diags = append(diags, forms.Diagnostic{File: name, Line: 1, Column: 1, What: "title and today must be said", Mend: "a scenario means the same on every day"})
		}
		if one.Actor == nil {
			one.Actor = map[string]any{"role": "applicant"}
		}
		out = append(out, one)
	}
	return out, diags
}

// Result of one scenario. Passed when nothing differs.
type Result struct {
	File  string   `json:"file"`
	Title string   `json:"title"`
	Diffs []string `json:"diffs,omitempty"` // each many lines: what, then "-" expected and "+" found
	// Unplayed says that the scenario has a signing, and that there was nobody to play it by.
	Unplayed bool `json:"unplayed,omitempty"`
}

// Passed reports whether all was as expected.
func (r Result) Passed() bool { return len(r.Diffs) == 0 }

func (r Result) String() string {
	if r.Passed() {
		note := ""
		if r.Unplayed {
			note = " (the signing is not played here)"
		}
		return "ok    " + r.File + ": " + r.Title + note
	}
	var b strings.Builder
	fmt.Fprintf(&b, "FAIL  %s: %s", r.File, r.Title)
	for _, d := range r.Diffs {
		b.WriteString("\n      " + strings.ReplaceAll(d, "\n", "\n      "))
	}
	return b.String()
}

package flow

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/forms"
	"samtjanst/forms/formcli"
	"samtjanst/forms/journey"
	"samtjanst/forms/library"
	"samtjanst/forms/scenario"
)

// rehearse runs the scenario in which the other guardian is silent with another signing: of the form, and played.
func rehearse(t *testing.T, formSigning, played string) scenario.Result {
	t.Helper()
	const one = "scenarios/14-den-andra-ar-tyst.yaml"
	files := fstest.MapFS{}
	sub, err := fs.Sub(library.Forms, "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(sub, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "scenarios/") && name != one {
			return err
		}
		raw, err := fs.ReadFile(sub, name)
		files[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	const was = "  days: 14\n  reminders: [3, 7, 12]\n"
	text := string(files[forms.FormFile].Data)
	if !strings.Contains(text, was) {
		t.Fatal("the form signs otherwise than this test knows")
	}
	files[forms.FormFile].Data = []byte(strings.Replace(text, was, formSigning, 1))
	before, _, _ := strings.Cut(string(files[one].Data), "\nsigning:\n")
	files[one].Data = []byte(before + "\nsigning:\n" + played)
	def, diags := forms.Load(files, ".")
	if def == nil {
		t.Fatal(diags)
	}
	form, diags := forms.Compile(def)
	scenarios, more := scenario.Load(files, ".")
	if form == nil || len(more) > 0 || len(scenarios) != 1 {
		t.Fatal(diags, more)
	}
	graph, err := journey.New(form)
	if err != nil {
		t.Fatal(err)
	}
	return scenario.Run(graph, scenarios[0], Rehearsal{})
}

// Orders of every shape are played by the rules that cases have.
func TestRehearsal(t *testing.T) {
	for name, c := range map[string]struct{ form, played string }{
		"one step after the other": {"  days: 14\n  steps: [{who: [applicant]}, {who: [guardian]}]\n", `
  - {told: [applicant receipt mail]}
  - {who: guardian, does: sign, refused: true, places: {guardian: waiting}}
  - {who: applicant, does: sign, told: [guardian invitation mail], places: {applicant: signed, guardian: invited}}
  - {minutes: 30, who: guardian, does: sign, told: [applicant signed mail], state: awaiting-officer}
  - {who: guardian, does: sign, refused: true}
`},
		"up a ladder, silent then hindered": {"  days: 14\n  steps: [{who: [applicant, guardian], need: 1, ladder: {days: 2}}]\n", `
  - {told: [applicant receipt mail]}
  - {days: 1, minutes: 1439, quiet: true}
  - {minutes: 1, told: [guardian invitation mail], places: {applicant: waiting, guardian: invited}}
  - {who: guardian, does: hindered, places: {guardian: hindered}, idle: true}
  - {who: applicant, does: hindered, tasks: [hindered applicant]}
  - {who: guardian, does: replace, by: vikarien, email: vikarie@example.se, told: [vikarien invitation mail], places: {vikarien: invited}}
  - {who: vikarien, does: sign, places: {vikarien: signed, applicant: hindered}, state: awaiting-officer}
`},
		"a no goes back, what is changed is signed anew": {"  days: 14\n  remind: [{days: 1, by: sms}, {days: 2, by: letter}]\n  decline: applicant\n", `
  - {who: applicant, does: sign}
  - {who: guardian, does: decline, told: [applicant declined mail], idle: true}
  - {days: 1, who: applicant, does: change, told: [guardian invitation mail], places: {applicant: waiting, guardian: invited}}
  - {who: guardian, does: change, refused: true}
  - {who: guardian, does: remind, told: [guardian reminder mail]}
  - {days: 2, told: [applicant reminder mail, guardian reminder mail, applicant reminder letter, guardian reminder letter], tasks: [letter applicant, letter guardian]}
  - {who: guardian, does: withdraw, refused: true}
  - {who: applicant, does: withdraw, state: withdrawn, idle: true}
`},
	} {
		t.Run(name, func(t *testing.T) {
			if r := rehearse(t, c.form, strings.TrimPrefix(c.played, "\n")); !r.Passed() {
				t.Error(r)
			}
		})
	}
}

// What a scenario expects and does not come is told, turn by turn.
func TestRehearsalDiffers(t *testing.T) {
	r := rehearse(t, "  days: 14\n", "  - {told: [guardian invitation sms], state: closed, places: {guardian: signed}, idle: true}\n"+
		"  - {who: guardian, does: dance}\n  - {who: granny, does: sign}\n  - {who: applicant, does: sign, refused: true, quiet: true, tasks: [letter guardian]}\n")
	text := r.String()
	for _, want := range []string{"signing, turn 1: told:", `-   "guardian invitation sms"`, `+   "guardian invitation mail"`, `- "closed"`, "signing, turn 1: place of guardian:",
		`turn 2: guardian dance: refused: flow.Rehearsal: invalid: nobody can "dance"`, `turn 3: granny sign: refused: flow.Rehearsal: invalid: there is no "granny"; there are applicant, guardian`,
		"turn 4: applicant sign: is not refused", "turn 4: applicant sign: tasks:"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "turn 1: tasks") {
		t.Errorf("what is as expected is told:\n%s", text)
	}
}

// The signings of the shipped services come out as their scenarios say; where nobody plays them, that is told.
func TestShippedSignings(t *testing.T) {
	const folder = "../../forms/library/skolskjuts"
	var out, errs bytes.Buffer
	if status := formcli.TestBy(Rehearsal{}, []string{folder}, &out, &errs); status != formcli.Well || strings.Contains(out.String(), "not played") {
		t.Errorf("%s%s", out.String(), errs.String())
	}
	out.Reset()
	if status := formcli.Test([]string{folder}, &out, &errs); status != formcli.Well || strings.Count(out.String(), "(the signing is not played here)") != 2 {
		t.Errorf("%s%s", out.String(), errs.String())
	}
}

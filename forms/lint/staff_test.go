package lint_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/forms/library"
	"samtjanst/forms/lint"
)

// staffForm is the shipped form that officers begin, to be changed.
func staffForm(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	sub, err := fs.Sub(library.Forms, "underskrift")
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(sub, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(sub, name)
		out[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What officers begin cannot rest on an applicant, and what citizens begin needs a board and somebody who says who the parties are.
func TestStaffMistakes(t *testing.T) {
	for _, test := range []struct{ from, to, want string }{
		{"audience: staff", "audience: staff\nauthority: social", "the case is the board's whose officer begins it"},
		{"applicant: false", "applicant: true", "there is no applicant who could sign"},
		{"decline: officer", "decline: applicant", "there is no applicant who could change"},
		{"decline: officer", "decline: officer\n  steps: [{who: [undertecknare]}]", "the officer says the order"},
		{"draftDays: 28", "draftDays: 28\nprefill: [applicant]", "no applicant whom a register could be asked about"},
		{"draftDays: 28", "draftDays: 28\ncopyable: [/titel]", "nobody has an application to copy"},
		{"draftDays: 28", "draftDays: 28\ndelivery: {title: T, document: komplettering, ways: [{id: a, title: A, letter: true}]}", "no applicant to hand anything out to"},
		{"login: 3", "login: 0", "those who sign have no login"},
		{"title: Skriver under", "title: Skriver under\n    from: \"[]\"", "the officer says who the party"},
		{"parties:\n  - role: undertecknare\n    title: Skriver under\n", "", "nobody signs"},
		{"audience: staff", "audience: citizen", "authority is missing"},
		{"audience: staff", "audience: citizen", "nobody can tell who the party"},
		{"audience: staff", "audience: citizen", "the receipt is missing"},
	} {
		t.Run(test.to, func(t *testing.T) {
			fsys := staffForm(t)
			before := string(fsys["form.yaml"].Data)
			if !strings.Contains(before, test.from) {
				t.Fatalf("form.yaml has no %q", test.from)
			}
			fsys["form.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(before, test.from, test.to, 1))}
			var lines []string
			for _, d := range lint.Folder(fsys, ".", lint.Options{}) {
				lines = append(lines, d.String())
				if strings.Contains(d.String(), test.want) {
					return
				}
			}
			t.Errorf("found\n%s\nwant  %s", strings.Join(lines, "\n"), test.want)
		})
	}
}

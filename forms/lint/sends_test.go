package lint_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/forms/library"
	"samtjanst/forms/lint"
)

// What follows on a decision reaches somebody, says what is known by then, and keeps what is the officer's alone.
func TestSendsMistakes(t *testing.T) {
	whole := fstest.MapFS{}
	sub, err := fs.Sub(library.Forms, "lvu-6")
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(sub, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(sub, name)
		whole[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found := lint.Folder(whole, ".", lint.Options{}); len(found) > 0 {
		t.Fatalf("lint finds in the shipped form: %v", found)
	}
	for _, test := range []struct{ file, from, to, want string }{
		{"form.yaml", "to: court", `to: ""`, "lacks to or title"},
		{"form.yaml", "    document: understallning\n    attach: [decision, answers, attachments]\n", "", "nothing is sent to court"},
		{"form.yaml", "attach: [decision, answers, attachments]", "attach: [beslutet]", `"beslutet" cannot go with it`},
		{"form.yaml", "document: understallning", "document: understalning", "did you mean understallning?"},
		{"form.yaml", "fulfils: [understallning,", "fulfils: [understalning,", `there is no limit "understalning"`},
		{"form.yaml", `when: {/answers/grund/val: {contains: {const: "2"}}}`, `when: {/answers/grund/vall: {contains: {const: "2"}}}`, "did you mean"},
		{"form.yaml", "/answers/plats/slag: {enum: [hvb,", "/answers/plats/slag: {enum: [hbv,", "did you mean hvb?"},
		{"form.yaml", "to: computed.brevTill", "to: computed.brevTil", "did you mean brevTill?"},
		{"form.yaml", "    to: computed.brevTill\n", "", "a letter lacks"},
		{"form.yaml", "document: underrattelse", "document: understallning\n  - {id: vardnadshavare, title: T, to: \"[]\", document: underrattelse}", `a second letter "vardnadshavare"`},
		{"form.yaml", "    kind: lvu-6\n", "", "who is elected to decide is found by the kind"},
		{"form.yaml", "kind: lvu-6", "kind: LVU 6", "cannot stand in a delegation list"},
		{"documents/understallning.md", "{{decider}}", "{{reasons}}", "{{reasons}} is not known when this is written"},
		{"documents/underrattelse.md", "{{decider}}", "{{ground}}", "{{ground}} is not known when this is written"},
		{"form.yaml", "answers.?plats.?namn.optMap", "answers.?plats.?hemligtNamn.optMap", "{{computed.platsrad}} reads /plats/hemligtNamn, which is the officer's alone"},
		{"form.yaml", `answers.?anmalan.?innehall.optMap(s, "Anmälan: "`, `answers.?anmalan.?vem.optMap(s, "Anmälan: "`, "{{computed.anmalan}} reads /anmalan/vem"},
	} {
		t.Run(test.to+" "+test.want, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, f := range whole {
				fsys[name] = f
			}
			before := string(whole[test.file].Data)
			if !strings.Contains(before, test.from) {
				t.Fatalf("%s has no %q", test.file, test.from)
			}
			fsys[test.file] = &fstest.MapFile{Data: []byte(strings.Replace(before, test.from, test.to, 1))}
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

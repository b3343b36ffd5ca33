package lint_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/forms/lint"
)

// What is said of begun applications is told of where it stands when it cannot be meant.
func TestDrafts(t *testing.T) {
	const v = `from: "0123456789ab"`
	for _, test := range []struct{ drafts, want string }{
		{"{policy: keep}", ""},
		{"{" + v + ", policy: restart}", ""},
		{"{" + v + ", policy: migrate, mapping: [{from: /fornamn, to: /namn}, {from: /fax}, {to: /val, default: ja}, {from: /lista/*/y, to: /rader/*/x}]}", ""},
		{"{policy: keep}, {" + v + ", policy: migrate}", ""},
		{"{policy: restart}", "15:19: without from every later version would restart applications again"},
		{"{policy: kepe}", `15:19: policy "kepe" (write keep, migrate, restart)`},
		{"{}", `policy ""`},
		{"{from: abc, policy: keep}", `15:17: "abc" names no version`},
		{"{from: 0123456789AB, policy: keep}", `"0123456789AB" names no version`},
		{"{policy: keep}, {policy: keep}", "a second entry for whichever version"},
		{"{" + v + ", policy: keep}, {" + v + ", policy: migrate}", "a second entry for the version 0123456789ab"},
		{"{" + v + ", policy: keep, mapping: [{from: /a}]}", "nothing is moved by keep"},
		{"{" + v + ", policy: migrate, mapping: [{from: namn}]}", `"namn" is no pointer`},
		{"{" + v + ", policy: migrate, mapping: [{from: /fornamn, to: /nam}]}", "there is no field /nam to move to (did you mean /namn?)"},
		{"{" + v + ", policy: migrate, mapping: [{from: /a, to: /rader/*/x}]}", "a move that cannot be made"},
		{"{" + v + ", policy: migrate, mapping: [{to: /rader/*/x, default: x}]}", "a move that cannot be made"},
		{"{" + v + ", policy: migrate, mapping: [{default: x}]}", "a move that cannot be made"},
	} {
		fsys := well()
		before := string(fsys["form.yaml"].Data)
		fsys["form.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(before, "draftDays: 28\n", "draftDays: 28\ndrafts: ["+test.drafts+"]\n", 1))}
		var lines []string
		for _, d := range lint.Folder(fsys, ".", options) {
			lines = append(lines, d.String())
		}
		if got := strings.Join(lines, "\n"); test.want == "" && got != "" || !strings.Contains(got, test.want) || test.want != "" && len(lines) != 1 {
			t.Errorf("%s\nfound %s\nwant  %s", test.drafts, got, test.want)
		}
	}
}

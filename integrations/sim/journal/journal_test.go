package journal

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestEntriesSurviveARestartAndACutLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "mail.jsonl")
	open := func() *Journal[string] {
		t.Helper()
		j, err := Open[string](path)
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	j := open()
	for _, s := range []string{"ett", "två"} {
		if err := j.Add(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`"tr`); err != nil { // the process died in the middle
		t.Fatal(err)
	}
	f.Close()

	j = open()
	if err := j.Add("tre"); err != nil {
		t.Fatal(err)
	}
	j.Close()
	j = open()
	if got := j.All(); !slices.Equal(got, []string{"ett", "två", "tre"}) {
		t.Errorf("%q", got)
	}
	if err := j.Clear(); err != nil {
		t.Fatal(err)
	}
	if err := j.Add("fyra"); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if got := open().All(); !slices.Equal(got, []string{"fyra"}) {
		t.Errorf("after clearing: %q", got)
	}
}

func TestADamagedFileIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("not json\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open[string](path); err == nil {
		t.Error("opened")
	}
}

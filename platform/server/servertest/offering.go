package servertest

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/examples/demo"
	"samtjanst/forms/library"
)

// Offering gives the options of a world in which Ekköping offers, before all that it does in the demo, a form of the tests: one of the folders
// in forms, a path from the test's own.
func Offering(t testing.TB, forms, form string) Options {
	t.Helper()
	folder := t.TempDir()
	for _, from := range []fs.FS{library.Forms, os.DirFS(forms)} {
		if err := os.CopyFS(folder, from); err != nil {
			t.Fatal(err)
		}
	}
	towns := Towns(t)
	const services = "\nservices:\n"
	first := towns["municipalities/ekkoping.yaml"]
	if !strings.Contains(string(first.Data), services) {
		t.Fatal("the municipality lists no services")
	}
	first.Data = []byte(strings.Replace(string(first.Data), services, services+"  - form: "+form+"\n", 1))
	return Options{Forms: folder, Municipalities: towns}
}

// Towns are the files of the demo's municipalities, which a test may change before the platform starts.
func Towns(t testing.TB) fstest.MapFS {
	t.Helper()
	towns := fstest.MapFS{}
	for _, name := range []string{"municipalities/ekkoping.yaml", "municipalities/tallvik.yaml"} {
		raw, err := fs.ReadFile(demo.Municipalities, name)
		if err != nil {
			t.Fatal(err)
		}
		towns[name] = &fstest.MapFile{Data: raw}
	}
	return towns
}

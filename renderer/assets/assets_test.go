package assets

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

func TestLoad(t *testing.T) {
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, most := range map[string]int{"app.css": 140_000, "app.js": 20_000} {
		path, ok := strings.CutPrefix(a.URL(name), Root)
		if !ok || path == name {
			t.Errorf("%s has the address %s, without a hash", name, a.URL(name))
		}
		f, ok := a.Open(path)
		if !ok {
			t.Fatalf("%s leads nowhere", path)
		}
		if len(f.Data) > most {
			t.Errorf("%s has %d bytes, at most %d are meant", name, len(f.Data), most)
		}
		// Every address within leads somewhere, and nowhere else than here.
		for _, part := range strings.Split(string(f.Data), `url("`)[1:] {
			address, _, _ := strings.Cut(part, `"`)
			if strings.HasPrefix(address, "data:") {
				continue // Designsystemet's icons, replaced in icons.css; the browser test sees that none is asked for
			}
			if _, ok := a.Open(strings.TrimPrefix(address, Root)); !ok {
				t.Errorf("%s leads to %s, which is not here", name, address)
			}
		}
		if strings.Contains(string(f.Data), "@import") || strings.Contains(string(f.Data), `"https://`) {
			t.Errorf("%s asks another host", name)
		}
	}
	if _, ok := a.Open("../assets.go"); ok {
		t.Error("what is no asset is handed out")
	}
}

func TestRefusesToStartWithoutBundles(t *testing.T) {
	for name, fsys := range map[string]fstest.MapFS{
		"nothing built":       {},
		"broken manifest":     {"manifest.json": {Data: []byte("{")}},
		"bundle missing":      {"manifest.json": {Data: []byte(`{"outputs":{"dist/app-1.css":{"entryPoint":"src/app.css"}}}`)}},
		"stylesheet only":     {"manifest.json": {Data: []byte(`{"outputs":{"dist/app-1.css":{"entryPoint":"src/app.css"}}}`)}, "app-1.css": {}},
		"empty list of files": {"manifest.json": {Data: []byte(`{}`)}},
	} {
		if _, err := load(fsys); err == nil {
			t.Errorf("%s: started", name)
		} else if name == "nothing built" && !strings.Contains(err.Error(), "make assets") {
			t.Errorf("%s: %v does not say what to do", name, err)
		}
	}
}

func TestEncoded(t *testing.T) {
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	a.Add("x.css", bytes.Repeat([]byte("a{}"), 1000))
	f, _ := a.Open(strings.TrimPrefix(a.URL("x.css"), Root))
	for accept, want := range map[string]string{"": "", "gzip, deflate, br": "br", "gzip": "gzip", "br;q=0, gzip;q=0.5": "gzip", "identity": "", "gzip; q=0.0": ""} {
		data, encoding := f.Encoded(accept)
		if encoding != want {
			t.Errorf("%q is answered with %q, want %q", accept, encoding, want)
		}
		var r io.Reader = bytes.NewReader(data)
		switch encoding {
		case "br":
			r = brotli.NewReader(r)
		case "gzip":
			if r, err = gzip.NewReader(r); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, f.Data) {
			t.Errorf("%s does not unpack to the same bytes: %v", encoding, err)
		}
	}
}

package bare

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"samtjanst/platform/clock"
	"samtjanst/renderer"
	"samtjanst/renderer/assets"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// Exit statuses of the commands.
const (
	done     = 0
	unusable = 2 // refused, or not understood
)

// files are the arguments that both commands have.
type files struct {
	name                 string
	schema, layout, data string
	lang                 string
	stderr               io.Writer
}

func parse(name string, args []string, stderr io.Writer) (files, bool) {
	f := files{name: name, stderr: stderr}
	flags := flag.NewFlagSet("samtjanst form "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&f.schema, "schema", "", "JSON Schema, 2020-12 or draft-07")
	flags.StringVar(&f.layout, "layout", "", "layout.yaml; without one every field of the schema is asked")
	flags.StringVar(&f.data, "data", "", "JSON of the stored answers")
	flags.StringVar(&f.lang, "lang", i18n.Default, "language of the interface")
	if flags.Parse(args) != nil {
		return f, false
	}
	if f.schema == "" || flags.NArg() > 0 {
		fmt.Fprintf(stderr, "samtjanst form %s --schema FILE [--layout FILE] [--data FILE] [--lang sv]\n", name)
		return f, false
	}
	return f, true
}

// open reads the files and makes the page; false when it has told why not.
func (f files) open() (*Page, *i18n.Locale, *i18n.Catalog, bool) {
	catalog, err := i18n.Embedded()
	if err != nil {
		return nil, nil, nil, f.fail(err)
	}
	if !strings.Contains(" "+strings.Join(catalog.Languages(), " ")+" ", " "+f.lang+" ") {
		return nil, nil, nil, f.fail(fmt.Errorf("there is no language %q; these are: %s", f.lang, strings.Join(catalog.Languages(), ", ")))
	}
	var raw [3][]byte
	for i, path := range [3]string{f.schema, f.layout, f.data} {
		if path == "" {
			continue
		}
		if raw[i], err = os.ReadFile(path); err != nil {
			return nil, nil, nil, f.fail(err)
		}
		if raw[i] == nil {
			raw[i] = []byte{}
		}
	}
	page, err := Open(raw[0], raw[1], raw[2], clock.Date(clock.System{}.Now()))
	if err != nil {
		return nil, nil, nil, f.fail(err)
	}
	return page, catalog.In(f.lang), catalog, true
}

func (f files) fail(err error) bool {
	var refused *Refused
	if errors.As(err, &refused) {
		fmt.Fprintf(f.stderr, "form %s: %s is refused\n%v\n", f.name, f.schema, err)
		return false
	}
	fmt.Fprintf(f.stderr, "form %s: %v\n", f.name, err)
	return false
}

// Render runs form render: the page of a schema as one HTML document on stdout. Status 2 with the reason on stderr when it is refused.
func Render(args []string, stdout, stderr io.Writer) int {
	f, ok := parse("render", args, stderr)
	if !ok {
		return unusable
	}
	page, l, catalog, ok := f.open()
	if !ok {
		return unusable
	}
	doc, err := page.HTML(renderer.New(catalog, renderer.DefaultLimits), l, stylesheet(catalog))
	if err == nil {
		_, err = stdout.Write(doc)
	}
	if err != nil {
		f.fail(err)
		return unusable
	}
	return done
}

// stylesheet is the pages' own; a program built without its assets writes a document without one.
func stylesheet(catalog *i18n.Catalog) string {
	a, err := assets.Load()
	if err != nil {
		return ""
	}
	themes, err := ui.ShippedThemes()
	if err != nil {
		return ""
	}
	u, err := ui.New(a, catalog, themes)
	if err != nil {
		return ""
	}
	css := ""
	for _, name := range [...]string{"app.css", u.Theme(ui.FallbackTheme).Stylesheet()} {
		if file, ok := a.Open(strings.TrimPrefix(a.URL(name), assets.Root)); ok {
			css += string(file.Data)
		}
	}
	return css
}

// Decode runs form decode: a posted page on stdin becomes {"answers", "problems"} on stdout. Status 0 with or without problems, 2 on
// input that cannot be used. Nothing answered of a schema that is no object leaves answers out.
func Decode(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f, ok := parse("decode", args, stderr)
	if !ok {
		return unusable
	}
	page, l, _, ok := f.open()
	if !ok {
		return unusable
	}
	body, err := io.ReadAll(io.LimitReader(stdin, MaxBody+1))
	if err != nil {
		f.fail(err)
		return unusable
	}
	decoded, has, err := page.Decode(strings.TrimRight(string(body), "\r\n"), l)
	if err != nil {
		f.fail(err)
		return unusable
	}
	var out any = decoded
	if !has {
		out = struct {
			Problems []Problem `json:"problems"`
		}{decoded.Problems}
	}
	enc := json.NewEncoder(stdout)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		f.fail(err)
		return unusable
	}
	return done
}

package bare_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/formgen"
	"samtjanst/forms/schema"
	"samtjanst/renderer"
	"samtjanst/renderer/bare"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui/uitest"
)

const today = "2026-11-22"

func house(t testing.TB) (*renderer.Renderer, *i18n.Locale) {
	t.Helper()
	catalog, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return renderer.New(catalog, renderer.DefaultLimits), catalog.In("sv")
}

// roundTrip shows a value over HTTP, posts the page as a browser would, and gives what comes back. A refused schema gives *bare.Refused.
func roundTrip(r *renderer.Renderer, l *i18n.Locale, schema, stored []byte) (page []byte, back any, has bool, problems []bare.Problem, err error) {
	p, err := bare.Open(schema, nil, stored, today)
	if err != nil {
		return nil, nil, false, nil, err
	}
	var decoded bare.Decoded
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodGet {
			doc, failed := p.HTML(r, l, "")
			err = errors.Join(err, failed)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(doc) // the reader's end tells
			return
		}
		body, failed := io.ReadAll(req.Body)
		err = errors.Join(err, failed)
		decoded, has, failed = p.Decode(string(body), l)
		err = errors.Join(err, failed)
	}))
	defer server.Close()
	shown, failed := http.Get(server.URL)
	if failed != nil {
		return nil, nil, false, nil, failed
	}
	defer shown.Body.Close()
	if page, failed = io.ReadAll(shown.Body); failed != nil {
		return nil, nil, false, nil, failed
	}
	post, failed := uitest.Posted(page)
	if failed != nil {
		return nil, nil, false, nil, failed
	}
	answer, failed := http.PostForm(server.URL, post)
	if failed != nil {
		return nil, nil, false, nil, failed
	}
	defer answer.Body.Close()
	return page, decoded.Answers, has, decoded.Problems, err
}

// Any schema, any valid value, over HTTP: the page is sound HTML, every control has its label and every reference leads somewhere; a browser that
// posts it unchanged gives back the same value, and there is nothing wrong with it.
func TestAnySchemaThroughHTML(t *testing.T) {
	r, l := house(t)
	for seed := range uint64(400) {
		kind := formgen.Object
		if seed%3 == 0 {
			kind = formgen.Any
		}
		s := kind(rand.New(rand.NewPCG(seed, 7)))
		schema, value := marshal(t, s.Schema), marshal(t, s.Value)
		page, back, has, problems, err := roundTrip(r, l, schema, value)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, schema)
		}
		if faults := uitest.Faults(page); len(faults) > 0 {
			t.Fatalf("seed %d: %s\n%s", seed, strings.Join(faults, "\n"), schema)
		}
		want, err := forms.ParseValue(value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, back); diff != "" || !has || len(problems) > 0 {
			t.Fatalf("seed %d: (-stored +posted)\n%s\nproblems %v\nschema %s\nvalue %s", seed, diff, problems, schema, value)
		}
	}
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// suiteGroup is one schema of the JSON-Schema-Test-Suite with its data.
type suiteGroup struct {
	Description string          `json:"description"`
	Schema      json.RawMessage `json:"schema"`
	Tests       []struct {
		Description string          `json:"description"`
		Data        json.RawMessage `json:"data"`
		Valid       bool            `json:"valid"`
	} `json:"tests"`
}

// The JSON-Schema-Test-Suite, both drafts, through render and decode: every schema is rendered or refused with a reason, without panic or
// hang; every datum of it that the schema allows comes back as it was. The suite is read from JSON_SCHEMA_TEST_SUITE; the counts are
// printed.
func TestJSONSchemaTestSuite(t *testing.T) {
	dir := os.Getenv("JSON_SCHEMA_TEST_SUITE")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("JSON_SCHEMA_TEST_SUITE names no folder")
		}
		t.Skip("JSON_SCHEMA_TEST_SUITE names no folder: the JSON-Schema-Test-Suite was not run")
	}
	r, l := house(t)
	for draft, uri := range map[string]string{"draft7": "http://json-schema.org/draft-07/schema#", "draft2020-12": "https://json-schema.org/draft/2020-12/schema"} {
		t.Run(draft, func(t *testing.T) {
			s := &suite{t: t, r: r, l: l, uri: uri, reasons: map[string][]string{}}
			root := filepath.Join(dir, "tests", draft)
			err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
				if err != nil || e.IsDir() || filepath.Ext(path) != ".json" {
					return err
				}
				s.file(path)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			fmt.Printf("%s: %d schemas rendered, %d refused; %d valid data posted unchanged came back as they were, %d did not\n",
				draft, s.rendered, s.refused, s.same, s.lost)
			var reasons []string
			for reason := range s.reasons {
				reasons = append(reasons, reason)
			}
			slices.Sort(reasons)
			for _, reason := range reasons {
				fmt.Printf("  refused %d: %s (%s)\n", len(s.reasons[reason]), reason, s.reasons[reason][0])
			}
			if s.rendered < 200 || s.lost > 0 {
				t.Errorf("%d rendered, %d data lost", s.rendered, s.lost)
			}
		})
	}
}

// quoted is what differs between refusals for the same reason.
var quoted = regexp.MustCompile(`"[^"]*"`)

type suite struct {
	t                             *testing.T
	r                             *renderer.Renderer
	l                             *i18n.Locale
	uri                           string
	rendered, refused, same, lost int
	reasons                       map[string][]string
}

func (s *suite) file(path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	var groups []suiteGroup
	if err := json.Unmarshal(raw, &groups); err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	for _, g := range groups {
		s.group(filepath.Base(path)+": "+g.Description, g)
	}
}

func (s *suite) group(name string, g suiteGroup) {
	schemaText := []byte(g.Schema)
	if text, ok := strings.CutPrefix(strings.TrimSpace(string(g.Schema)), "{"); ok && !strings.Contains(text, `"$schema"`) {
		sep := ","
		if strings.TrimSpace(text) == "}" {
			sep = ""
		}
		schemaText = []byte(`{"$schema":"` + s.uri + `"` + sep + text)
	}
	start := time.Now()
	p, err := bare.Open(schemaText, nil, nil, today)
	var refused *bare.Refused
	if errors.As(err, &refused) {
		s.refused++
		reason := quoted.ReplaceAllString(refused.Diagnostics[0].What, "…")
		s.reasons[reason] = append(s.reasons[reason], name)
		return
	}
	if err != nil {
		s.t.Errorf("%s: %v", name, err)
		return
	}
	page, err := p.HTML(s.r, s.l, "")
	if err != nil {
		s.t.Errorf("%s: %v", name, err)
		return
	}
	for _, fault := range uitest.Faults(page) {
		s.t.Errorf("%s: %s", name, fault)
	}
	s.rendered++
	compiled, err := schema.Compile(schemaText)
	if err != nil {
		s.t.Errorf("%s: rendered, but %v", name, err)
		return
	}
	for _, test := range g.Tests {
		want, err := forms.ParseValue(test.Data)
		if err != nil || len(compiled.Validate(want)) > 0 {
			continue // what the library, or its guard, does not take for valid
		}
		_, back, has, problems, err := roundTrip(s.r, s.l, schemaText, test.Data)
		if err != nil {
			s.t.Errorf("%s: %s: %v", name, test.Description, err)
			continue
		}
		if diff := cmp.Diff(want, back); diff != "" || !has || len(problems) > 0 {
			s.lost++
			s.t.Errorf("%s: %s: %s came back as %s %v\n%s", name, test.Description, test.Data, marshal(s.t, back), problems, schemaText)
			continue
		}
		s.same++
	}
	if took := time.Since(start); took > 10*time.Second {
		s.t.Errorf("%s: took %s", name, took)
	}
}

package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "samtjanst"

// layers by folder; the longest that fits counts.
var layers = map[string]int{
	"platform/fault": 0, "platform/clock": 0, "platform/calendar": 0, "platform/timelimit": 0, "platform/idno": 0, "platform/canon": 0,
	"forms":             1,
	"platform/casework": 2, "platform/signing": 2, "platform/identity": 2,
	"renderer": 3, "integrations": 3,
	"platform/store": 4, "platform/files": 4, "platform/vault": 4, "platform/directory": 4, "platform/flow": 4, "platform/outbox": 4, "platform/httpkit": 4, "platform/booking": 4,
	"platform/web": 5, "platform/api": 5, "admin": 5, "platform/preview": 5,
	"platform/config": 6, "platform/server": 6, "platform/cmd": 6, "platform/archtest": 6, "examples": 6,
}

// strangers are in the same layer and do not see each other.
var strangers = [][]string{{"renderer", "integrations"}, {"platform/web", "platform/api", "admin", "platform/preview"}}

// confined frameworks, and the folders that may import them.
var confined = map[string][]string{
	"github.com/gofiber/":                   {"platform/httpkit", "platform/web", "platform/api", "admin"},
	"go.mongodb.org/":                       {"platform/store/mongostore"},
	"modernc.org/sqlite":                    {"platform/store/sqlitestore", "platform/server/bench"}, // bench: the bare insert that it compares with
	"github.com/santhosh-tekuri/jsonschema": {"forms/schema"},
	"github.com/google/cel-go":              {"forms/expr"},
	"github.com/yuin/goldmark":              {"renderer/markdown"},
	"github.com/go-co-op/gocron":            {"platform/outbox"},
	module + "/platform/vault":              {"platform/vault", "platform/flow", "platform/server"},
}

// pkg is one folder with Go files.
type pkg struct {
	dir     string // below the module
	name    string
	doc     bool                // has a package comment
	imports map[string][]string // path → files that are no tests
	tests   map[string][]string // path → test files
	files   map[string]int      // lines of those that are no tests
}

func load(t *testing.T) []*pkg {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	byDir := map[string]*pkg{}
	err = filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if file == root {
				return nil
			}
			_, own := os.Stat(filepath.Join(file, "go.mod"))
			if own == nil || d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") {
				return filepath.SkipDir // a module of its own, or nothing of ours
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		return read(root, file, byDir)
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []*pkg
	for _, p := range byDir {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *pkg) int { return strings.Compare(a.dir, b.dir) })
	if len(all) < 40 {
		t.Fatalf("only %d packages were found", len(all))
	}
	return all
}

func read(root, file string, byDir map[string]*pkg) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, raw, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(root, file)
	if err != nil {
		return err
	}
	dir := filepath.ToSlash(filepath.Dir(rel))
	p := byDir[dir]
	if p == nil {
		p = &pkg{dir: dir, imports: map[string][]string{}, tests: map[string][]string{}, files: map[string]int{}}
		byDir[dir] = p
	}
	to := p.imports
	if strings.HasSuffix(file, "_test.go") {
		to = p.tests
	} else {
		p.name, p.doc = f.Name.Name, p.doc || hasComment(f)
		p.files[filepath.Base(file)] = bytes.Count(raw, []byte("\n"))
	}
	for _, i := range f.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return err
		}
		to[name] = append(to[name], filepath.Base(file))
	}
	return nil
}

func hasComment(f *ast.File) bool {
	return f.Doc != nil && (strings.HasPrefix(f.Doc.Text(), "Package "+f.Name.Name) || f.Name.Name == "main" && f.Doc.Text() != "")
}

// layer of a folder; -1 when nobody has said.
func layer(dir string) int {
	for d := dir; d != "."; d = path.Dir(d) {
		if n, ok := layers[d]; ok {
			return n
		}
	}
	return -1
}

func within(dir, folder string) bool { return dir == folder || strings.HasPrefix(dir, folder+"/") }

func ours(importPath string) (dir string, ok bool) { return strings.CutPrefix(importPath, module+"/") }

func TestImportsGoDown(t *testing.T) {
	for _, p := range load(t) {
		mine := layer(p.dir)
		if mine < 0 {
			t.Errorf("%s is in no layer: say in which, and why, in package archtest", p.dir)
			continue
		}
		for imported, files := range p.imports {
			dir, ok := ours(imported)
			if !ok {
				continue
			}
			if layer(dir) > mine {
				t.Errorf("%s (layer %d) imports %s (layer %d) in %v", p.dir, mine, dir, layer(dir), files)
			}
			for _, group := range strangers {
				from := slices.IndexFunc(group, func(g string) bool { return within(p.dir, g) })
				to := slices.IndexFunc(group, func(g string) bool { return within(dir, g) })
				if from >= 0 && to >= 0 && from != to {
					t.Errorf("%s imports %s in %v: they do not see each other", p.dir, dir, files)
				}
			}
		}
	}
}

func TestFrameworksAreConfined(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range load(t) {
		for framework, allowed := range confined {
			for imported, files := range p.imports {
				if imported != framework && !strings.HasPrefix(imported, strings.TrimSuffix(framework, "/")+"/") {
					continue
				}
				seen[framework] = true
				if !slices.ContainsFunc(allowed, func(a string) bool { return within(p.dir, a) }) {
					t.Errorf("%s imports %s in %v: only %v may", p.dir, imported, files, allowed)
				}
			}
		}
	}
	for framework := range confined {
		if !seen[framework] {
			t.Errorf("nobody imports %s: the rule watches nothing", framework)
		}
	}
}

// forTests tells packages that only tests and measurements use.
func forTests(dir string) bool {
	return strings.HasSuffix(dir, "test") || strings.HasSuffix(dir, "testkit") || within(dir, "platform/server/bench") || within(dir, "platform/server/browser")
}

func simulator(dir string) bool {
	return within(dir, "integrations/sim") || within(dir, "integrations") && strings.HasSuffix(path.Base(dir), "sim")
}

// A production that talks to a simulator by mistake would be worse than one that talks to nobody. An example runs on them, and nothing but its own
// main imports it; the demo has a file of its own in the server.
func TestSimulatorsStayOutside(t *testing.T) {
	for _, p := range load(t) {
		for imported, files := range p.imports {
			if dir, ok := ours(imported); ok && within(dir, "examples") && dir != "examples/demo" && !within(p.dir, "examples") {
				t.Errorf("%s imports %s in %v", p.dir, dir, files)
			}
		}
		if simulator(p.dir) || forTests(p.dir) || p.dir == "platform/server" || within(p.dir, "examples") {
			continue
		}
		for imported, files := range p.imports {
			if dir, ok := ours(imported); ok && (simulator(dir) || forTests(dir)) {
				t.Errorf("%s imports %s in %v", p.dir, dir, files)
			}
		}
	}
	for _, p := range load(t) {
		if p.dir != "platform/server" {
			continue
		}
		for imported, files := range p.imports {
			if dir, ok := ours(imported); ok && (simulator(dir) && !slices.Equal(files, []string{"demo.go"}) && dir != "integrations/sim" || forTests(dir)) {
				t.Errorf("platform/server imports %s in %v", dir, files)
			}
		}
	}
}

// lookAgain is how many lines a file has when it may have more than one reason to change.
const lookAgain = 500

func TestPackagesSayWhatTheyAre(t *testing.T) {
	for _, p := range load(t) {
		if len(p.files) == 0 {
			continue // tests only
		}
		if !p.doc {
			t.Errorf("%s has no package comment", p.dir)
		}
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc", "base", "shared"}, p.name) {
			t.Errorf("%s: a name that says nothing", p.dir)
		}
		if path.Base(p.dir) != p.name && p.name != "main" {
			t.Errorf("%s is package %s", p.dir, p.name)
		}
		for file, lines := range p.files {
			if lines > lookAgain {
				t.Logf("%s/%s has %d lines: look again", p.dir, file, lines)
			}
		}
	}
}

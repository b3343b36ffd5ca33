package preview

import (
	"context"
	"crypto/sha256"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/forms/lint"
	"samtjanst/forms/scenario"
	"samtjanst/renderer"
)

// edition is a form's folder as it was at one time. It never changes.
type edition struct {
	seq         int
	diagnostics []forms.Diagnostic
	results     []scenario.Result // none when there is no form to run
	stale       bool              // the folder does not hold together: what follows is of the last edition that did

	form      *forms.Form // nil until there has been a form that works
	graph     *journey.Graph
	pages     *renderer.Form
	scenarios []scenario.Scenario
}

// scenario finds one by its file.
func (e *edition) scenario(file string) (scenario.Scenario, bool) {
	for _, s := range e.scenarios {
		if s.File == file {
			return s, true
		}
	}
	return scenario.Scenario{}, false
}

// source keeps the newest edition of a folder.
type source struct {
	dir      string
	lint     lint.Options
	renderer *renderer.Renderer
	every    time.Duration
	player   scenario.Player

	mu      sync.Mutex
	digest  [sha256.Size]byte
	now     *edition
	changed chan struct{} // closed when now is replaced
}

func newSource(dir string, o lint.Options, r *renderer.Renderer, every time.Duration, p scenario.Player) *source {
	if every <= 0 {
		every = 300 * time.Millisecond
	}
	s := &source{dir: dir, lint: o, renderer: r, every: every, player: p, now: &edition{}, changed: make(chan struct{})}
	s.current()
	return s
}

// current gives the edition of the folder as it is now, and what is closed when there is another.
func (s *source) current() (*edition, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := digest(s.dir); d != s.digest || s.now.seq == 0 {
		s.digest = d
		s.now = s.load(s.now)
		close(s.changed)
		s.changed = make(chan struct{})
	}
	return s.now, s.changed
}

func (s *source) watch(ctx context.Context) {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.current()
		case <-ctx.Done():
			return
		}
	}
}

// load reads the folder. What cannot be built keeps what was built before.
func (s *source) load(before *edition) *edition {
	e := &edition{seq: before.seq + 1}
	fsys := os.DirFS(s.dir)
	e.diagnostics = lint.Folder(fsys, ".", s.lint)
	scenarios, more := scenario.Load(fsys, ".")
	e.diagnostics = append(e.diagnostics, more...)
	var form *forms.Form
	if def, _ := forms.Load(fsys, "."); def != nil {
		form, _ = forms.Compile(def)
	}
	if form != nil && len(form.Pages) > 0 { // a file that an editor has only begun to write is empty for a moment
		if graph, err := journey.New(form); err == nil {
			e.form, e.graph, e.pages, e.scenarios = form, graph, s.renderer.Form(form), scenarios
			for _, one := range scenarios {
				e.results = append(e.results, scenario.Run(graph, one, s.player))
			}
			return e
		}
	}
	e.stale = true
	e.form, e.graph, e.pages, e.scenarios = before.form, before.graph, before.pages, before.scenarios
	return e
}

// largest file that is looked into; a longer one is refused anyway.
const largest = 4 << 20

// digest is of the names and contents of a form's files. Hidden ones are passed over: editors keep their own there.
func digest(dir string) (sum [sha256.Size]byte) {
	h := sha256.New()
	_ = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil { // gone between being listed and being read: the next look tells
			_, _ = io.WriteString(h, name+"\x00?")
			return nil
		}
		if name != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		_, _ = io.WriteString(h, name+"\x00") // a hash does not fail
		if !d.Type().IsRegular() {
			return nil
		}
		f, err := os.DirFS(dir).Open(name)
		if err != nil {
			return nil
		}
		defer f.Close()
		n, _ := io.Copy(h, io.LimitReader(f, largest))
		_, _ = io.WriteString(h, "\x00"+time.Duration(n).String())
		return nil
	})
	return [sha256.Size]byte(h.Sum(nil))
}

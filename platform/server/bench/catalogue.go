package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/examples/demo"
	"samtjanst/forms/library"

	"github.com/valyala/fasthttp"
	"go.yaml.in/yaml/v3"
)

// A cooperation of this size is what the platform is to start with: issue 3.
const (
	manyMunicipalities = 30
	manyServices       = 200
)

// catalogue starts a platform with many municipalities and services, each in a process of its own, beside one with those of the demo: the
// first time, when all services are published; then as a start always is; and asks it for services, which are compiled then.
func (b *bench) catalogue(ctx context.Context) error {
	dir := filepath.Join(b.dir, "catalogue")
	forms, municipalities := filepath.Join(dir, "forms"), filepath.Join(dir, "municipalities")
	names, err := writeForms(forms)
	if err != nil {
		return err
	}
	if err := writeMunicipalities(municipalities, names); err != nil {
		return err
	}
	large := Setup{Dir: filepath.Join(dir, "data"), Endpoints: b.sims.Endpoints, Forms: forms, Municipalities: municipalities}
	small := Setup{Dir: filepath.Join(dir, "demo"), Endpoints: b.sims.Endpoints}
	var base figure
	for _, in := range []Setup{small, large} {
		if err := os.MkdirAll(in.Dir, 0o700); err != nil {
			return err
		}
		first, err := started(ctx, "first start", in, 1, nil)
		if err != nil {
			return err
		}
		var used [2]figure
		f, err := started(ctx, "a start of the demo", in, 3, func(at Addresses) (err error) {
			if in.Forms != "" {
				used, err = firstPages(at, names[0])
			}
			return err
		})
		if err != nil {
			return err
		}
		if in.Forms != "" {
			f.what = fmt.Sprintf("started with %d municipalities × %d services", manyMunicipalities, manyServices)
			b.costs.add(f, aim{time.Second, 150e6}, base)
			first.what = "the same, the first time: all published"
			b.costs.add(first, aim{}, f)
			b.costs.add(used[0], aim{}, used[1])
		}
		base = f
	}
	return nil
}

// started starts a platform some times; of the last its use is measured too. The bytes are the most that a process had in memory.
func started(ctx context.Context, what string, in Setup, times int, use func(Addresses) error) (figure, error) {
	f := figure{what: what, n: times}
	for i := range times {
		var at Addresses
		_, stop, err := launch(ctx, in, &at)
		if err != nil {
			return f, err
		}
		f.each, f.bytes = append(f.each, at.Took), max(f.bytes, at.Memory)
		f.took += at.Took
		if i == times-1 && use != nil {
			err = use(at)
		}
		if stopped := stop(); err == nil {
			err = stopped
		}
		if err != nil {
			return f, err
		}
	}
	slices.Sort(f.each)
	return f, nil
}

// firstPages opens the page of a service that nobody has used since the start, and again.
func firstPages(at Addresses, form string) (out [2]figure, err error) {
	br := browser{http: &fasthttp.HostClient{Addr: at.Platform, MaxResponseBodySize: 8 << 20}, address: "198.18.0.1"}
	for i, what := range []string{"first page of one of the services, compiled then", "the page again"} {
		began := time.Now()
		if _, err := br.get("/ekkoping/tjanster/" + form); err != nil {
			return out, err
		}
		took := time.Since(began)
		out[i] = figure{what: what, n: 1, took: took, each: []time.Duration{took}}
	}
	return out, nil
}

var (
	formID = regexp.MustCompile(`(?m)^id: *(\S+)`)
	owned  = regexp.MustCompile(`(?m)^authority: *\S`)
)

// writeForms writes the shipped forms that municipalities offer again and again, each under a name of its own; names begins with the
// shipped ones' copies. What staff begin has no board that owns it, and no municipality offers it.
func writeForms(dir string) (names []string, err error) {
	shipped, err := fs.Glob(library.Forms, "*/form.yaml")
	if err != nil {
		return nil, err
	}
	shipped = slices.DeleteFunc(shipped, func(at string) bool {
		raw, readErr := fs.ReadFile(library.Forms, at)
		err = errors.Join(err, readErr)
		return !owned.Match(raw)
	})
	if err != nil {
		return nil, err
	}
	for i := range manyServices {
		from := path.Dir(shipped[i%len(shipped)])
		name := from + "-" + strconv.Itoa(i)
		sub, err := fs.Sub(library.Forms, from)
		if err != nil {
			return nil, err
		}
		to := filepath.Join(dir, name)
		if err := os.CopyFS(to, sub); err != nil {
			return nil, err
		}
		raw, err := os.ReadFile(filepath.Join(to, "form.yaml"))
		if err != nil {
			return nil, err
		}
		raw = formID.ReplaceAll(raw, []byte("id: "+name))
		if err := os.WriteFile(filepath.Join(to, "form.yaml"), raw, 0o600); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// writeMunicipalities writes the demo's municipalities, and others like them, with all the services that names has. A copy of a form
// is offered with the settings of the one it is a copy of.
func writeMunicipalities(dir string, names []string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for i := range manyMunicipalities {
		like := []string{"ekkoping", "tallvik"}[i%2]
		raw, err := fs.ReadFile(demo.Municipalities, "municipalities/"+like+".yaml")
		if err != nil {
			return err
		}
		var m map[string]any
		if err := yaml.Unmarshal(raw, &m); err != nil {
			return err
		}
		id := like
		if i >= 2 {
			id = fmt.Sprintf("%s-%d", like, i)
			m["id"], m["code"], m["orgNumber"] = id, strconv.Itoa(9900+i+1), fmt.Sprintf("212000-%d", 9900+i+1)
		}
		var services []any
		for _, name := range names {
			offered := map[string]any{}
			for _, s := range m["services"].([]any) {
				if s := s.(map[string]any); strings.HasPrefix(name, s["form"].(string)+"-") {
					maps.Copy(offered, s)
				}
			}
			offered["form"] = name
			services = append(services, offered)
		}
		m["services"] = services
		if raw, err = yaml.Marshal(m); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, id+".yaml"), raw, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// memory is the most that this process has had in memory, in bytes, as Linux tells it.
func memory() (int, error) {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kB << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status does not tell the memory")
}

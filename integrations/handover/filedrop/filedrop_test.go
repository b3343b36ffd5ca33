package filedrop_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/handover"
	"samtjanst/integrations/handover/filedrop"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var out []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			out = append(out, e.Name())
		}
	}
	return out
}

var delivery = handover.Delivery{Ref: "eff-1", Kind: "journeys", Columns: []string{"elevreferens"}, Rows: [][]any{{"E-1"}}}

func TestADeliveryIsTwoFilesOnce(t *testing.T) {
	dir := t.TempDir()
	target, err := filedrop.NewTarget("transport", dir)
	must(t, err)
	must(t, target.Deliver(context.Background(), delivery))
	if got := names(t, dir); !slices.Equal(got, []string{"journeys-eff-1.csv", "journeys-eff-1.json"}) {
		t.Fatal(got)
	}
	b, err := os.ReadFile(filepath.Join(dir, "journeys-eff-1.csv"))
	must(t, err)
	if string(b) != "\ufeffelevreferens\r\nE-1\r\n" {
		t.Errorf("%q", b)
	}
	// The operator takes the files away; a retry must not put them back.
	must(t, os.Remove(filepath.Join(dir, "journeys-eff-1.csv")))
	must(t, os.Remove(filepath.Join(dir, "journeys-eff-1.json")))
	must(t, target.Deliver(context.Background(), delivery))
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("delivered again: %v", got)
	}
	// A crash before the delivery was remembered: the same names again, nothing beside them.
	must(t, os.RemoveAll(filepath.Join(dir, ".delivered")))
	must(t, target.Deliver(context.Background(), delivery))
	must(t, os.RemoveAll(filepath.Join(dir, ".delivered")))
	must(t, target.Deliver(context.Background(), delivery))
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("%v", got)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*.part")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDeliveryFaults(t *testing.T) {
	target, err := filedrop.NewTarget("transport", filepath.Join(t.TempDir(), "not", "mounted"))
	must(t, err)
	if err := target.Deliver(context.Background(), delivery); !errors.Is(err, fault.Unavailable) {
		t.Errorf("no folder: %v", err)
	}
	bad := delivery
	bad.Ref = "../../etc/x"
	if err := target.Deliver(context.Background(), bad); !errors.Is(err, fault.Invalid) {
		t.Errorf("a path: %v", err)
	}
}

func TestFilesComeBackOnceOldestFirst(t *testing.T) {
	dir := t.TempDir()
	now := time.Now().Truncate(time.Second)
	ck := clock.NewManual(now)
	src, err := filedrop.NewSource("ridelist", dir, 5*time.Second, ck)
	must(t, err)
	drop := func(name, text string, age time.Duration) {
		t.Helper()
		p := filepath.Join(dir, name)
		must(t, os.WriteFile(p, []byte(text), 0o600))
		must(t, os.Chtimes(p, now, now.Add(-age)))
	}
	drop("b.csv", "äldst", time.Hour)
	drop("a.csv", "yngre", time.Minute)
	drop("växer.csv", "halv", time.Second)
	drop(".dold.csv", "x", time.Hour)
	drop("c.csv.part", "x", time.Hour)
	must(t, os.Mkdir(filepath.Join(dir, "mapp"), 0o750))
	must(t, os.Symlink("/etc/passwd", filepath.Join(dir, "länk.csv")))

	receive := func(limit int) []string {
		t.Helper()
		files, err := src.Receive(context.Background(), limit)
		must(t, err)
		var out []string
		for _, f := range files {
			out = append(out, f.Name+"="+string(f.Bytes))
		}
		return out
	}
	if got := receive(10); !slices.Equal(got, []string{"b.csv=äldst", "a.csv=yngre"}) {
		t.Fatal(got)
	}
	if got := receive(1); !slices.Equal(got, []string{"b.csv=äldst"}) {
		t.Fatal(got)
	}
	must(t, src.Done(context.Background(), "b.csv"))
	must(t, src.Reject(context.Background(), "a.csv", "rad 3: okänt datum"))
	ck.Advance(time.Minute)
	if got := receive(10); !slices.Equal(got, []string{"växer.csv=halv"}) {
		t.Fatal(got)
	}
	if got := names(t, filepath.Join(dir, "done")); !slices.Equal(got, []string{"b.csv"}) {
		t.Error(got)
	}
	if got := names(t, filepath.Join(dir, "rejected")); !slices.Equal(got, []string{"a.csv", "a.csv.reason.txt"}) {
		t.Error(got)
	}
	// The same name the next day does not write over yesterday's.
	drop("b.csv", "ny", time.Hour)
	must(t, src.Done(context.Background(), "b.csv"))
	if got := names(t, filepath.Join(dir, "done")); !slices.Equal(got, []string{"b.csv", "b.csv.2"}) {
		t.Error(got)
	}
}

func TestSourceFaults(t *testing.T) {
	dir := t.TempDir()
	src, err := filedrop.NewSource("ridelist", dir, 0, clock.System{})
	must(t, err)
	for name, want := range map[string]fault.Kind{"gone.csv": fault.NotFound, "../x": fault.Invalid, "": fault.Invalid, "done/x": fault.Invalid} {
		if err := src.Done(context.Background(), name); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
	}
	f, err := os.Create(filepath.Join(dir, "stor.csv"))
	must(t, err)
	must(t, f.Truncate(17<<20))
	must(t, f.Close())
	files, err := src.Receive(context.Background(), 10)
	must(t, err)
	if got := names(t, filepath.Join(dir, "rejected")); len(files) != 0 || len(got) != 2 {
		t.Errorf("%d files, rejected %v", len(files), got)
	}
	must(t, os.RemoveAll(dir))
	if _, err := src.Receive(context.Background(), 10); !errors.Is(err, fault.Unavailable) {
		t.Errorf("no folder: %v", err)
	}
}

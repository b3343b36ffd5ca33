package walktest

import (
	"testing"

	"samtjanst/forms/library"
)

// Every form of the library is walked, and all that hangs on something in it is seen both ways.
func TestLibrary(t *testing.T) {
	dirs, err := Dirs(library.Forms)
	if err != nil || len(dirs) == 0 {
		t.Fatal(dirs, err)
	}
	for _, dir := range dirs {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			form, err := Open(library.Forms, dir)
			if err != nil {
				t.Fatal(err)
			}
			r := form.Walk()
			t.Logf("%d answers looked at, %d walks, %d pages shown, %d of %d outcomes seen", r.Tried, r.Walks, r.Pages, r.Goals-len(r.Unseen), r.Goals)
			for _, f := range r.Faults {
				t.Error(f)
			}
			for _, u := range r.Unseen {
				t.Errorf("%s, whatever is answered to the facts of its scenarios: write a scenario in which it is not, or mend the condition", u)
			}
		})
	}
}

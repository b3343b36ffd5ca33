package renderer

import (
	"fmt"
	"testing"
	"os"
	"samtjanst/forms"
	"samtjanst/renderer/ui/uitest"
)

func TestTmp(t *testing.T) {
	for _, dir := range []string{"kinds", "widgets"} {
		form := loadForm(t, dir)
		for p, f := range form.Fields { if f.Kind == 0 { t.Error(p) } }
		_, html := content(t, "sv", PageData{View: view(form, map[string]any{})})
		uitest.HTML(t, dir, []byte(html))
		os.WriteFile("/tmp/renderer/"+dir+".html", []byte(html), 0o644)
	}
	fmt.Println(forms.Pointer(""))
}

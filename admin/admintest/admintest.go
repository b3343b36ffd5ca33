// Package admintest puts the staff's site together for the tests of its areas.
package admintest

import (
	"testing"

	"samtjanst/admin"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/renderer/ui/uitest"
)

// Site gives the staff's site with all that is shipped, over records in memory, and the kit that it stands on. Config and Deps may be edited
// before they are used; nil edits nothing.
func Site(t testing.TB, edit func(*httpkit.Config, *admin.Deps)) (*admin.Site, *httpkit.Kit) {
	t.Helper()
	u, files, texts := uitest.Shipped(t, admin.AddAssets)
	records, box := httptestkit.Storage(t)
	c, d := httpkit.Config{Records: records, Box: box, Log: httptestkit.Log(t), Texts: texts, Assets: files}, admin.Deps{UI: u}
	if edit != nil {
		edit(&c, &d)
	}
	kit, err := httpkit.New(c)
	if err != nil {
		t.Fatal(err)
	}
	d.Kit = kit
	site, err := admin.Register(d)
	if err != nil {
		t.Fatal(err)
	}
	return site, kit
}

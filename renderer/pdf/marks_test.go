package pdf

import (
	"fmt"
	"testing"

	"github.com/carlos7ags/folio/core"
	"github.com/carlos7ags/folio/reader"
)

// checkMarks reads a file and checks the rules of tagged PDF that a viewer trusts (ISO 32000-1 14.7.4, ISO 14289-1 7.1):
// every mark on a page is either marked content of exactly one structure element or an artifact, the parent tree leads
// from each to its element, and that element leads back.
func checkMarks(t testing.TB, file []byte) {
	t.Helper()
	r, err := reader.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	x := foreign{r}
	root := x.dictAt(r.Catalog(), "StructTreeRoot")
	owners := map[string]int{} // "page/mcid" → how many elements claim it
	var walk func(obj core.PdfObject, page int)
	pageOf := map[int]int{}
	for i := range r.PageCount() {
		p, err := r.Page(i)
		if err != nil {
			t.Fatal(err)
		}
		pageOf[x.resolve(p.Dict().Get("StructParents")).(*core.PdfNumber).IntValue()] = i
	}
	pageNumber := func(d *core.PdfDictionary, inherited int) int {
		if p := x.dictAt(d, "Pg"); p != nil {
			return x.resolve(p.Get("StructParents")).(*core.PdfNumber).IntValue()
		}
		return inherited
	}
	elements := 0
	walk = func(obj core.PdfObject, page int) {
		switch obj := x.resolve(obj).(type) {
		case *core.PdfNumber:
			owners[fmt.Sprintf("%d/%d", page, obj.IntValue())]++
		case *core.PdfArray:
			for _, k := range obj.All() {
				walk(k, page)
			}
		case *core.PdfDictionary:
			here := pageNumber(obj, page)
			if kind, ok := obj.Get("Type").(*core.PdfName); ok && kind.Value == "MCR" {
				owners[fmt.Sprintf("%d/%d", here, obj.Get("MCID").(*core.PdfNumber).IntValue())]++
				return
			} else if ok && kind.Value == "OBJR" {
				if x.dictAt(obj, "Obj") == nil {
					t.Error("an object reference leads nowhere")
				}
				return
			}
			elements++
			walk(obj.Get("K"), here)
		}
	}
	walk(root.Get("K"), -1)
	if elements < 2 {
		t.Fatalf("%d structure elements", elements)
	}
	nums := x.resolve(x.dictAt(root, "ParentTree").Get("Nums")).(*core.PdfArray)
	marks := 0
	for i := range r.PageCount() {
		p, _ := r.Page(i)
		ops, err := p.ContentOps()
		if err != nil {
			t.Fatal(err)
		}
		depth, outer := 0, ""
		mcids := 0
		for _, op := range ops {
			switch op.Operator {
			case "BDC", "BMC":
				if depth == 0 {
					outer = op.Operands[0].Value
					if outer != "Artifact" {
						if n := owners[fmt.Sprintf("%d/%d", i, mcids)]; n != 1 {
							t.Errorf("page %d, content %d belongs to %d elements", i+1, mcids, n)
						}
						mcids++
					}
				} else if op.Operands[0].Value != "Span" {
					t.Errorf("page %d: %s within %s", i+1, op.Operands[0].Value, outer)
				}
				depth++
			case "EMC":
				depth--
			case "Tj", "TJ", "'", "\"", "f", "f*", "F", "S", "s", "B", "b", "Do":
				if depth == 0 {
					t.Fatalf("page %d: %s outside marked content", i+1, op.Operator)
				}
			}
		}
		if depth != 0 {
			t.Errorf("page %d: marked content not closed", i+1)
		}
		parents := x.resolve(nums.At(2*i + 1)).(*core.PdfArray)
		if nums.At(2*i).(*core.PdfNumber).IntValue() != i || parents.Len() != mcids {
			t.Errorf("page %d: parent tree has %d entries for %d marks", i+1, parents.Len(), mcids)
		}
		marks += mcids
	}
	if marks != len(owners) {
		t.Errorf("%d marks on pages, %d in the tree", marks, len(owners))
	}
}

// foreign reads with folio's reader, so that the checks do not rest on ours.
type foreign struct{ *reader.PdfReader }

func (x foreign) resolve(obj core.PdfObject) core.PdfObject {
	got, err := x.ResolveObject(obj)
	if err != nil {
		return nil
	}
	return got
}

func (x foreign) dictAt(d *core.PdfDictionary, key string) *core.PdfDictionary {
	sub, _ := x.resolve(d.Get(key)).(*core.PdfDictionary)
	return sub
}

func TestMarks(t *testing.T) {
	withAddress := decision()
	withAddress.Address = []string{"Johan Provberg", "Ängsvägen 3", "123 45 Ekköping"}
	withAddress.Logo.Alt, withAddress.Author = "", ""
	for name, d := range map[string]Doc{"decision": decision(), "letter": withAddress, "long": long(8), "empty": {Title: "x"}, "no logo": {Title: "x", Author: "y"}} {
		t.Run(name, func(t *testing.T) { checkMarks(t, render(t, d)) })
	}
}

package flow

import (
	"context"
	"errors"
	"io"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/vault"
)

// Upload takes a file into a field of the draft. The problem says what is wrong with the file; nothing is kept of it then.
func (s *Service) Upload(ctx context.Context, a identity.Actor, id string, at forms.Pointer, name string, r io.Reader) (*forms.Problem, error) {
	return s.upload(ctx, func() (*vault.Draft, *Graph, ServiceView, *casework.Party, error) {
		d, g, sv, err := s.draft(ctx, a, id)
		if err == nil {
			changedBy(a, d)
		}
		return d, g, sv, nil, err
	}, at, name, r)
}

// UploadOwn takes a file into a field of the own section of a case.
func (s *Service) UploadOwn(ctx context.Context, a identity.Actor, id casework.ID, at forms.Pointer, name string, r io.Reader) (*forms.Problem, error) {
	return s.upload(ctx, func() (*vault.Draft, *Graph, ServiceView, *casework.Party, error) { return s.ownDraft(ctx, a, id) }, at, name, r)
}

// opener opens what is being filled in, as it is stored now.
type opener func() (*vault.Draft, *Graph, ServiceView, *casework.Party, error)

func (s *Service) upload(ctx context.Context, open opener, at forms.Pointer, name string, r io.Reader) (*forms.Problem, error) {
	d, g, sv, p, err := open()
	if err != nil {
		return nil, err
	}
	view, err := g.Run(s.scope(d, sv, p))
	if err != nil {
		return nil, fault.Wrap("flow.Upload", err)
	}
	field := g.Form.FieldAt(at)
	if field == nil || field.Kind != forms.FilesField || !view.ShowsAt(field, at) || !slices.Contains(journey.Concrete(d.Answers, field.Pointer), at) {
		return nil, fault.New("flow.Upload", fault.NotFound, nil)
	}
	list, _ := forms.Lookup(d.Answers, at)
	have, _ := list.([]any)
	limits := s.Limits
	if field.MaxBytes > 0 {
		limits.MaxFile = field.MaxBytes
	}
	most := field.MaxItems
	if most == 0 {
		most = limits.MaxCount
	}
	if len(have) >= most {
		return &forms.Problem{Pointer: at, Code: forms.TooMany, Params: map[string]any{"max": most}}, nil
	}
	var used int64
	for _, f := range d.Files {
		used += f.Size
	}
	got, err := files.Receive(ctx, s.Blobs, s.Scanner, r, name, used, limits)
	var refused *files.Refusal
	if errors.As(err, &refused) {
		return &forms.Problem{Pointer: at, Code: refused.Code, Params: refused.Params}, nil
	}
	if err != nil {
		return nil, fault.Wrap("flow.Upload", err)
	}
	var problem *forms.Problem
	if len(field.Accept) > 0 && !slices.Contains(field.Accept, got.Type) {
		problem = &forms.Problem{Pointer: at, Code: forms.FileKind, Params: map[string]any{"name": got.Name}}
	} else {
		problem, err = s.addFile(ctx, open, at, got, most, limits.MaxTotal)
	}
	if problem != nil || err != nil {
		if err := s.Blobs.Delete(ctx, got.ID); err != nil {
			s.Log.WarnContext(ctx, "blob not deleted", "blob", got.ID, "error", err)
		}
	}
	return problem, err
}

// addFile puts a received file among the answers, again on what is stored when several are uploaded at once: the limits hold for what
// is there then.
func (s *Service) addFile(ctx context.Context, open opener, at forms.Pointer, f files.Attachment, most int, total int64) (*forms.Problem, error) {
	for attempt := 0; ; attempt++ {
		d, g, _, _, err := open()
		if err != nil {
			return nil, err
		}
		list, _ := forms.Lookup(d.Answers, at)
		have, _ := list.([]any)
		if len(have) >= most {
			return &forms.Problem{Pointer: at, Code: forms.TooMany, Params: map[string]any{"max": most}}, nil
		}
		used := f.Size
		for _, other := range d.Files {
			used += other.Size
		}
		if total > 0 && used > total {
			return &forms.Problem{Pointer: at, Code: forms.FilesTooBig, Params: map[string]any{"max": total}}, nil
		}
		item := map[string]any{"id": f.ID, "name": f.Name, "size": jsonValue(f.Size), "type": f.Type}
		answers := forms.Edit(d.Answers)
		if !answers.Put(at, append(slices.Clone(have), any(item))) {
			return nil, fault.New("flow.addFile", fault.NotFound, nil) // the row has been taken away meanwhile
		}
		d.Answers = answers.Answers()
		if d.Files == nil {
			d.Files = map[string]files.Attachment{}
		}
		d.Files[f.ID] = f
		s.touch(d, g)
		err = s.Vault.SaveDraft(ctx, d)
		if !errors.Is(err, fault.Conflict) || attempt == retries {
			return nil, err
		}
	}
}

// RemoveFile takes a file out of a field.
func (s *Service) RemoveFile(ctx context.Context, a identity.Actor, id string, at forms.Pointer, file string) error {
	d, g, _, err := s.draft(ctx, a, id)
	if err != nil {
		return err
	}
	blob := removeFile(d, at+"/"+forms.Pointer(file))
	if blob == "" {
		return fault.New("flow.RemoveFile", fault.NotFound, nil)
	}
	changedBy(a, d)
	s.touch(d, g)
	if err := s.Vault.SaveDraft(ctx, d); err != nil {
		return err
	}
	if d.Amends != "" { // the case may have it
		return nil
	}
	return fault.Wrap("flow.RemoveFile", s.Blobs.Delete(ctx, blob))
}

// removeFile takes the file that a pointer's last token names out of the answers and gives its blob, "" when there is none.
func removeFile(d *vault.Draft, at forms.Pointer) string {
	tokens := at.Tokens()
	if len(tokens) < 2 {
		return ""
	}
	id := tokens[len(tokens)-1]
	field := at[:len(at)-len(id)-1]
	list, _ := forms.Lookup(d.Answers, field)
	have, _ := list.([]any)
	kept := slices.DeleteFunc(slices.Clone(have), func(v any) bool {
		m, _ := v.(map[string]any)
		return m["id"] == id
	})
	if len(kept) == len(have) {
		return ""
	}
	answers := forms.Edit(d.Answers)
	if len(kept) == 0 {
		answers.Remove(field)
	} else {
		answers.Put(field, kept)
	}
	d.Answers = answers.Answers()
	delete(d.Files, id)
	return id
}

// dropFiles lets go of the files that stood in a row, or another shape of an answer, that is not among the answers as they become; it gives
// their blobs.
func dropFiles(d *vault.Draft, after map[string]any) []string {
	var out []string
	for id := range d.Files {
		if mentions(d.Answers, id) && !mentions(after, id) {
			out = append(out, id)
		}
	}
	for _, id := range out {
		delete(d.Files, id)
	}
	return out
}

// DraftFile gives back a file that was uploaded.
func (s *Service) DraftFile(ctx context.Context, a identity.Actor, id, file string) (*File, error) {
	d, _, _, err := s.draftAsIs(ctx, a, id)
	if err != nil {
		return nil, err
	}
	f, ok := d.Files[file]
	if !ok {
		return nil, fault.New("flow.DraftFile", fault.NotFound, nil)
	}
	if err := s.noteRead(ctx, a, d, "file", file); err != nil {
		return nil, err
	}
	body, err := f.Open(ctx, s.Blobs)
	if err != nil {
		return nil, fault.Wrap("flow.DraftFile", err)
	}
	return &File{Name: f.Name, Type: f.Type, Size: f.Size, Body: body}, nil
}

package api

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
)

// maxNames bounds the names that an instance keeps.
const maxNames = 50_000

// A namesCache keeps names for lists, as long as the directory does not change.
type namesCache struct {
	mu    sync.Mutex
	names map[string]keptName // by kind and id
}

type keptName struct {
	name    string
	version int64 // of the directory, read before the name
}

// namesOf returns the names of objects, each given as a kind of readName and an id, by these
// keys; "" for one that is gone. It costs one read, and one more for each name that is not
// kept, a few at a time. Each read runs to its end and all errors are joined: cancelling
// the others would hide their errors.
func (a *api) namesOf(ctx context.Context, keys map[string]bool) (map[string]string, error) {
	names := make(map[string]string, len(keys))
	if len(keys) == 0 {
		return names, nil
	}
	all, clients, err := a.Directory.Versions(ctx)
	if err != nil {
		return nil, err
	}
	version := func(key string) int64 {
		if strings.HasPrefix(key, "client ") {
			return clients
		}
		return all
	}
	var missing []string
	a.names.mu.Lock()
	for key := range keys {
		if kept, ok := a.names.names[key]; ok && kept.version == version(key) {
			names[key] = kept.name
		} else {
			missing = append(missing, key)
		}
	}
	a.names.mu.Unlock()
	found, errs := make([]string, len(missing)), make([]error, len(missing))
	var reads errgroup.Group
	reads.SetLimit(readsAtOnce)
	for i, key := range missing {
		reads.Go(func() error {
			at := strings.LastIndexByte(key, ' ')
			found[i], errs[i] = a.readName(ctx, key[:at], key[at+1:])
			return nil
		})
	}
	_ = reads.Wait() // the errors are in errs
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	a.names.mu.Lock()
	defer a.names.mu.Unlock()
	if a.names.names == nil || len(a.names.names) > maxNames {
		a.names.names = map[string]keptName{}
	}
	for i, key := range missing {
		names[key] = found[i]
		if !strings.HasPrefix(key, "connector ") && !strings.HasPrefix(key, "address ") { // they are not in the directory
			a.names.names[key] = keptName{found[i], version(key)}
		}
	}
	return names, nil
}

// readName is the name of an object, "" when there is none: of the directory, of a
// connector, or the address of a mailbox.
func (a *api) readName(ctx context.Context, kind, id string) (name string, err error) {
	switch kind {
	case "contact":
		name, err = nameBy(ctx, a.Directory.Contact, id)
	case "client":
		name, err = nameBy(ctx, a.Directory.Client, id)
	case "member":
		name, err = a.Directory.MemberName(ctx, id)
	case "role":
		name, err = nameBy(ctx, a.Directory.Role, id)
	case "process team":
		name, err = nameBy(ctx, a.Directory.Team, id)
	case "connector":
		name, err = nameBy(ctx, a.Connectors.Connector, id)
	case "address":
		var boxes []connector.Mailbox
		if boxes, err = a.Connectors.Load(ctx, []string{id}); len(boxes) > 0 {
			name = boxes[0].Address
		}
	}
	if isGone(err) {
		return "", nil
	}
	return name, err
}

// nameBy returns the field Name of the object that get returns for an id. T must have that field.
func nameBy[T any](ctx context.Context, get func(context.Context, string) (T, error), id string) (string, error) {
	object, err := get(ctx, id)
	return reflect.ValueOf(object).FieldByName("Name").String(), err
}

// memberName is the name of a team member, now or formerly; "" for an actor who never was
// one. Known caches names.
func (a *api) memberName(ctx context.Context, known map[string]string, id string) (string, error) {
	if name, looked := known[id]; looked {
		return name, nil
	}
	name, err := a.readName(ctx, "member", id)
	if err == nil {
		known[id] = name
	}
	return name, err
}

// nameMember adds the name of a team member to his or her id; nil is nobody.
func (a *api) nameMember(ctx context.Context, known map[string]string, m *wire.Named) (err error) {
	if m != nil {
		m.Name, err = a.memberName(ctx, known, m.ID)
	}
	return err
}

// namedMembers are team members with their names.
func (a *api) namedMembers(ctx context.Context, ids []string) ([]wire.Named, error) {
	all, names := make([]wire.Named, len(ids)), map[string]string{}
	for i, id := range ids {
		all[i].ID = id
		if err := a.nameMember(ctx, names, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// isGone tells whether the error says that something was deleted in the
// meantime.
func isGone(err error) bool {
	return errors.Is(err, directory.ErrNotFound) || errors.Is(err, connector.ErrNotFound)
}

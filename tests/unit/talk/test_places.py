import threading

from echomind.talk.places import Places


def test_first_come_first_served():
    places = Places(1)
    first, second, third = places.ticket(), places.ticket(), places.ticket()
    assert (first.position, second.position, third.position) == (0, 1, 2)
    assert first.wait(0)
    assert not second.wait(0)
    first.leave()
    assert second.wait(0)
    assert third.position == 1


def test_whether_anyone_is_inside():
    places = Places(2)
    assert not places.taken
    first, second = places.ticket(), places.ticket()
    first.leave()
    assert places.taken
    second.leave()
    second.leave()
    assert not places.taken


def test_leaving_the_line():
    places = Places(1)
    first, second, third = places.ticket(), places.ticket(), places.ticket()
    second.leave()
    second.leave()
    assert third.position == 1
    first.leave()
    first.leave()
    assert third.wait(0)
    assert not places.ticket().wait(0)


def test_waiting_ends_when_a_place_is_free():
    places = Places(2)
    inside, outside = [places.ticket(), places.ticket()], places.ticket()
    found = []
    thread = threading.Thread(target=lambda: found.append(outside.wait(30)))
    thread.start()
    inside[0].leave()
    thread.join(30)
    assert found == [True]

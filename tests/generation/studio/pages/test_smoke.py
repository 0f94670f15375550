import io, pytest, uuid
from PIL import Image
from generation.drain import drain_here
from accounts.tenancy import scope
pytestmark = pytest.mark.django_db(transaction=True)
def test_all(world, client_for, media):
    b = client_for("author")
    for a in ("/studio/", "/studio/text/", "/studio/image/", "/studio/video/", "/studio/video/?mode=timeline", "/studio/video/?mode=start_end", "/studio/pieces/"):
        r = b.get(a); assert r.status_code == 200, a
        print(a, len(r.content))
    r = b.post("/studio/image/price", {"prompt": "a fox", "model": "demo-painter", "count": "2"}); print(r.json())
    r = b.post("/studio/image/price", {"prompt": "a fox", "model": "demo-painter", "style": "x"}); print(r.json())
    r = b.post("/studio/video/price", {"mode": "timeline"}); print(r.json())
    r = b.post("/studio/image/", {"prompt": "a fox", "model": "demo-painter", "count": "2", "make": "1", "nonce": str(uuid.uuid4())})
    assert r.status_code == 303, r.content.decode()
    with scope(world.tenant): drain_here()
    r = b.get(r["Location"]); assert r.status_code == 200; print(r.content.decode()[3000:9000])
    assert b.get("/studio/").status_code == 200
    r = b.post("/studio/video/", {"mode": "timeline", "read": "1", "prompt": "A day", "scene": ["one", "two", ""], "scene_seconds": ["2", "2", ""], "scene_instructions": ["", "", ""], "model": "demo-filmmaker"})
    print(r.status_code, r.content.decode()[2000:5500])

from fastapi import FastAPI

app = FastAPI(title="Games")


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
